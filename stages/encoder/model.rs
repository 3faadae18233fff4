//! BERT, `DistilBERT` and `RoBERTa` with a head for sequence classification: tensors by their names in `model.safetensors`,
//! and the forward pass. The three differ in names, positions and heads, and share everything else.

use std::collections::HashMap;

use candle_core::{D, DType, Device, Error, Result, Tensor};
use serde_json::Value;

/// What the architectures differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Devlin et al. 2018: a pooler before the classifier.
    Bert,
    /// Sanh et al. 2019: half the layers, no kinds of token.
    DistilBert,
    /// Liu et al. 2019, and `XLM-RoBERTa`: positions begin behind the padding's.
    Roberta,
}

/// A loaded model.
pub(super) struct Transformer {
    kind: Kind,
    heads: usize,
    words: Tensor,
    positions: Tensor,
    /// The row of the first kind of token, where there are kinds.
    first_kind: Option<Tensor>,
    norm: Norm,
    layers: Vec<Layer>,
    activation: Activation,
    /// What the first token goes through before the classifier.
    dense: Linear,
    classifier: Linear,
    padding: u32,
}

struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: Norm,
    up: Linear,
    down: Linear,
    norm: Norm,
}

struct Linear {
    /// Transposed, as it is multiplied.
    weight: Tensor,
    bias: Tensor,
}

struct Norm {
    weight: Tensor,
    bias: Tensor,
    epsilon: f64,
}

#[derive(Clone, Copy)]
enum Activation {
    /// By the error function.
    Gelu,
    /// By its approximation with tanh.
    GeluTanh,
    Relu,
}

/// The tensors of a file, asked by name.
struct Tensors<'a> {
    all: &'a HashMap<String, Tensor>,
    epsilon: f64,
}

impl Tensors<'_> {
    fn get(&self, name: &str) -> Result<Tensor> {
        let found =
            self.all.get(name).ok_or_else(|| Error::Msg(format!("model.safetensors has no tensor `{name}`")))?;
        found.to_dtype(DType::F32)
    }

    fn linear(&self, name: &str) -> Result<Linear> {
        let weight = self.get(&format!("{name}.weight"))?.t()?.contiguous()?;
        Ok(Linear { weight, bias: self.get(&format!("{name}.bias"))? })
    }

    fn norm(&self, name: &str) -> Result<Norm> {
        let part = |part: &str| self.get(&format!("{name}.{part}"));
        Ok(Norm { weight: part("weight")?, bias: part("bias")?, epsilon: self.epsilon })
    }
}

impl Transformer {
    /// The model of these tensors, as its `config.json` says.
    ///
    /// # Errors
    /// When it is of another architecture, or lacks a tensor.
    pub(super) fn new(all: &HashMap<String, Tensor>, config: &Value) -> Result<Self> {
        let kind = match config["model_type"].as_str() {
            Some("bert") => Kind::Bert,
            Some("distilbert") => Kind::DistilBert,
            Some("roberta" | "xlm-roberta") => Kind::Roberta,
            other => {
                let other = other.unwrap_or("none");
                return Err(Error::Msg(format!("its `model_type` is {other}; bert, distilbert and roberta are read")));
            }
        };
        let number = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| config[*name].as_u64()).and_then(|n| usize::try_from(n).ok());
            found.filter(|n| *n > 0).ok_or_else(|| Error::Msg(format!("config.json has no `{}`", names[0])))
        };
        let n_layers = number(["num_hidden_layers", "n_layers"])?;
        let heads = number(["num_attention_heads", "n_heads"])?;
        let activation = match config["hidden_act"].as_str().or(config["activation"].as_str()) {
            Some("gelu") | None => Activation::Gelu,
            Some("gelu_new" | "gelu_pytorch_tanh") => Activation::GeluTanh,
            Some("relu") => Activation::Relu,
            Some(other) => return Err(Error::Msg(format!("its activation is `{other}`; gelu and relu are known"))),
        };
        let tensors = Tensors { all, epsilon: config["layer_norm_eps"].as_f64().unwrap_or(1e-12) };
        let (root, stack, dense, classifier) = match kind {
            Kind::Bert => ("bert", "encoder", "bert.pooler.dense", "classifier"),
            Kind::DistilBert => ("distilbert", "transformer", "pre_classifier", "classifier"),
            Kind::Roberta => ("roberta", "encoder", "classifier.dense", "classifier.out_proj"),
        };
        let layer = |number: usize| tensors.layer(kind, &format!("{root}.{stack}.layer.{number}"));
        let embeddings = format!("{root}.embeddings");
        let words = tensors.get(&format!("{embeddings}.word_embeddings.weight"))?;
        if words.dim(1)? % heads != 0 {
            return Err(Error::Msg(format!("{} numbers cannot be shared among {heads} heads", words.dim(1)?)));
        }
        Ok(Self {
            kind,
            heads,
            positions: tensors.get(&format!("{embeddings}.position_embeddings.weight"))?,
            first_kind: match kind {
                Kind::DistilBert => None,
                _ => Some(tensors.get(&format!("{embeddings}.token_type_embeddings.weight"))?.narrow(0, 0, 1)?),
            },
            norm: tensors.norm(&format!("{embeddings}.LayerNorm"))?,
            layers: (0..n_layers).map(layer).collect::<Result<_>>()?,
            activation,
            dense: tensors.linear(dense)?,
            classifier: tensors.linear(classifier)?,
            padding: config["pad_token_id"].as_u64().and_then(|id| u32::try_from(id).ok()).unwrap_or(0),
            words,
        })
    }

    /// How many tokens it has positions for.
    pub(super) fn longest(&self) -> usize {
        self.positions.dim(0).unwrap_or(0).saturating_sub(self.first_position())
    }

    /// How many numbers it answers with.
    pub(super) fn n_labels(&self) -> usize {
        self.classifier.bias.elem_count()
    }

    /// The token that fills rows.
    pub(super) fn padding(&self) -> u32 {
        self.padding
    }

    fn first_position(&self) -> usize {
        if self.kind == Kind::Roberta { self.padding as usize + 1 } else { 0 }
    }

    /// The logits of each row of tokens. Shorter rows are padded, and nothing attends to the padding.
    pub(super) fn logits(&self, rows: &[&[u32]]) -> Result<Vec<Vec<f32>>> {
        let longest = rows.iter().map(|row| row.len()).max().unwrap_or(0);
        let (mut ids, mut mask) = (Vec::new(), Vec::new());
        for row in rows {
            let padding = longest - row.len();
            ids.extend_from_slice(row);
            ids.extend(std::iter::repeat_n(self.padding, padding));
            mask.extend(std::iter::repeat_n(0.0_f32, row.len()));
            mask.extend(std::iter::repeat_n(-1e9_f32, padding));
        }
        let ids = Tensor::from_vec(ids, rows.len() * longest, &Device::Cpu)?;
        let mask = Tensor::from_vec(mask, (rows.len(), 1, 1, longest), &Device::Cpu)?;
        let width = self.words.dim(1)?;
        let mut states = self.words.index_select(&ids, 0)?.reshape((rows.len(), longest, width))?;
        states = states.broadcast_add(&self.positions.narrow(0, self.first_position(), longest)?)?;
        if let Some(kind) = &self.first_kind {
            states = states.broadcast_add(kind)?;
        }
        states = self.norm.apply(&states)?;
        for layer in &self.layers {
            states = layer.apply(&states, &mask, self.heads, self.activation)?;
        }
        let first = states.narrow(1, 0, 1)?.squeeze(1)?;
        let dense = self.dense.apply(&first)?;
        let dense = if self.kind == Kind::DistilBert { dense.relu()? } else { dense.tanh()? };
        self.classifier.apply(&dense)?.to_vec2()
    }
}

impl Tensors<'_> {
    fn layer(&self, kind: Kind, root: &str) -> Result<Layer> {
        let names = match kind {
            Kind::DistilBert => [
                "attention.q_lin",
                "attention.k_lin",
                "attention.v_lin",
                "attention.out_lin",
                "sa_layer_norm",
                "ffn.lin1",
                "ffn.lin2",
                "output_layer_norm",
            ],
            _ => [
                "attention.self.query",
                "attention.self.key",
                "attention.self.value",
                "attention.output.dense",
                "attention.output.LayerNorm",
                "intermediate.dense",
                "output.dense",
                "output.LayerNorm",
            ],
        };
        let [query, key, value, attended, attended_norm, up, down, norm] = names.map(|name| format!("{root}.{name}"));
        Ok(Layer {
            query: self.linear(&query)?,
            key: self.linear(&key)?,
            value: self.linear(&value)?,
            attended: self.linear(&attended)?,
            attended_norm: self.norm(&attended_norm)?,
            up: self.linear(&up)?,
            down: self.linear(&down)?,
            norm: self.norm(&norm)?,
        })
    }
}

impl Layer {
    fn apply(&self, states: &Tensor, mask: &Tensor, heads: usize, activation: Activation) -> Result<Tensor> {
        let (rows, length, width) = states.dims3()?;
        let split = |linear: &Linear| -> Result<Tensor> {
            let all = linear.apply(states)?.reshape((rows, length, heads, width / heads))?;
            all.transpose(1, 2)?.contiguous()
        };
        let (query, key, value) = (split(&self.query)?, split(&self.key)?, split(&self.value)?);
        #[expect(clippy::cast_precision_loss, reason = "a width of some hundreds")]
        let scale = 1.0 / ((width / heads) as f64).sqrt();
        let scores = (query.matmul(&key.transpose(2, 3)?.contiguous()?)? * scale)?.broadcast_add(mask)?;
        let seen = softmax(&scores)?.matmul(&value)?.transpose(1, 2)?.contiguous()?.reshape((rows, length, width))?;
        let states = self.attended_norm.apply(&(self.attended.apply(&seen)? + states)?)?;
        let up = self.up.apply(&states)?;
        let up = match activation {
            Activation::Gelu => up.gelu_erf()?,
            Activation::GeluTanh => up.gelu()?,
            Activation::Relu => up.relu()?,
        };
        self.norm.apply(&(self.down.apply(&up)? + states)?)
    }
}

impl Linear {
    fn apply(&self, states: &Tensor) -> Result<Tensor> {
        let mut shape = states.dims().to_vec();
        let width = shape.pop().unwrap_or(0);
        let flat = states.reshape(((), width))?.matmul(&self.weight)?.broadcast_add(&self.bias)?;
        shape.push(self.bias.elem_count());
        flat.reshape(shape)
    }
}

impl Norm {
    fn apply(&self, states: &Tensor) -> Result<Tensor> {
        let centred = states.broadcast_sub(&states.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        let scaled = centred.broadcast_div(&(variance + self.epsilon)?.sqrt()?)?;
        scaled.broadcast_mul(&self.weight)?.broadcast_add(&self.bias)
    }
}

/// Over the last axis; the largest is taken off first, so that nothing overflows.
fn softmax(scores: &Tensor) -> Result<Tensor> {
    let shares = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?)?.exp()?;
    shares.broadcast_div(&shares.sum_keepdim(D::Minus1)?)
}

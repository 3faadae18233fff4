#!/usr/bin/env python3
"""Makes the tiny random encoders of the tests, and records what PyTorch says of some texts.

    pip install torch transformers==4.36.2 safetensors
    python make.py          # beside itself: bert/, distilbert/, roberta/

Recorded with torch 1.13.0 and transformers 4.36.2. Each text is asked alone, so that batches and padding are the
program's own affair."""

import json
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

TEXTS = [
    "The harbour wall was built by monks.",
    "Buy now! 50% off!!!",
    "a",
    "Ein Wort, das niemand kennt: Fährverbindung.",
    "x = y + 2; // sum\n\treturn x;",
    "潮汐 and tides",
    "the tide comes and the tide goes " * 20,
]
LONGEST = 64


def wordpiece():
    """Letters, digits, a few words; the rest is unknown."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "tide", "and", "wall", "##ing", "##ur", "har"]
    marks = list(".,!;:+=/%")
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)] + list("0123456789")
    vocabulary = words + marks + letters + ["##" + letter for letter in letters]
    tokenizer = Tokenizer(models.WordPiece({word: n for n, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer, len(vocabulary), 0


def byte_pairs():
    """All bytes and some pairs, in RoBERTa's order of special tokens."""
    merges = [("t", "h"), ("h", "e"), ("a", "n"), ("an", "d"), ("Ġ", "t"), ("Ġt", "he"), ("i", "d"), ("id", "e")]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = ["<s>", "<pad>", "</s>", "<unk>"] + alphabet + ["".join(merge) for merge in merges]
    tokenizer = Tokenizer(models.BPE({word: n for n, word in enumerate(vocabulary)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return tokenizer, len(vocabulary), 1


def main():
    here = Path(__file__).parent
    inner = {"num_labels": 3, "initializer_range": 0.4}
    plain = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 40}
    small = {"dim": 24, "n_layers": 2, "n_heads": 3, "hidden_dim": 40}
    for name, tokens, model_class, config_class, sizes, positions in [
        ("bert", wordpiece, "BertForSequenceClassification", "BertConfig", plain, LONGEST),
        ("distilbert", wordpiece, "DistilBertForSequenceClassification", "DistilBertConfig", small, LONGEST),
        ("roberta", byte_pairs, "RobertaForSequenceClassification", "RobertaConfig", plain, LONGEST + 2),
    ]:
        torch.manual_seed(7)
        tokenizer, n_words, padding = tokens()
        config = getattr(transformers, config_class)(
            vocab_size=n_words, max_position_embeddings=positions, pad_token_id=padding, **sizes, **inner
        )
        if name == "roberta":  # a head of one number, as regressions have; a layer norm that is not the default
            config.num_labels, config.type_vocab_size, config.layer_norm_eps = 1, 1, 1e-5
        model = getattr(transformers, model_class)(config).eval()
        with torch.no_grad():
            for parameter in model.parameters():  # biases and norms too, which start at 0 and 1
                if parameter.dim() == 1:
                    parameter.add_(torch.randn_like(parameter) * 0.2)
        model.save_pretrained(here / name, safe_serialization=True)
        tokenizer.save(str(here / name / "tokenizer.json"), pretty=False)
        tokenizer.enable_truncation(LONGEST)
        recorded = []
        for text in TEXTS:
            ids = tokenizer.encode(text).ids
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([ids])).logits[0].tolist()
            recorded.append({"text": text, "ids": ids, "logits": logits})
        lines = [json.dumps(row, ensure_ascii=False) for row in recorded]
        (here / name / "expected.jsonl").write_text("\n".join(lines) + "\n")


main()

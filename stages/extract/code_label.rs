//! Labels of code that are none of it: the name of its language, a button that copies it.

/// Bytes up to which a text is looked at.
const LONGEST: usize = 24;

/// Whether a short text before code only names its language, is its button, or is the number of a cell.
pub(super) fn is_label(text: &str) -> bool {
    let text = text.trim();
    if text.len() > LONGEST {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    is_copy(&lower)
        || is_language(&lower)
        || is_prompt(text)
        || lower.split_once([' ', '\n']).is_some_and(|(language, rest)| is_language(language) && is_copy(rest))
}

fn is_language(lower: &str) -> bool {
    LANGUAGES.split('|').any(|language| language == lower)
}

/// Whether a text is the number that a notebook gives a cell: `In [3]:`.
fn is_prompt(text: &str) -> bool {
    text.strip_prefix("In").or_else(|| text.strip_prefix("Out")).is_some_and(|rest| {
        rest.trim_start()
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix("]:"))
            .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'*')))
    })
}

/// Whether a text is that of a button that copies code.
pub(super) fn is_copy(text: &str) -> bool {
    matches!(
        text.trim().to_ascii_lowercase().as_str(),
        "copy" | "copy code" | "copied" | "copied!" | "copy to clipboard" | "copy snippet" | "copy text" | "view raw"
    )
}

/// Names of languages as labels of code have them, with a bar between them.
const LANGUAGES: &str = "apache|asm|bash|batch|c|c#|c++|clojure|code|console|cpp|cs|csharp|css|dart|diff|docker|dockerfile|elixir|\
    erlang|f#|go|golang|gradle|graphql|groovy|haskell|hcl|html|http|ini|java|javascript|js|json|jsx|julia|\
    kotlin|latex|less|lisp|lua|makefile|markdown|matlab|md|nginx|objective-c|ocaml|output|pascal|perl|php|\
    plain text|plaintext|powershell|properties|protobuf|ps1|py|python|r|rb|rs|ruby|rust|sass|scala|scheme|\
    scss|sh|shell|sql|svelte|swift|terraform|text|toml|ts|tsx|txt|typescript|vb|vb.net|vim|vue|wasm|xml|yaml|\
    yml|zig|zsh";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_told_from_text() {
        for (text, expected) in [
            ("", false),
            ("Python", true),
            ("python Copy", true),
            ("Copy code", true),
            ("In [12]:", true),
            ("Out[3]:", true),
            ("In [a]:", false),
            ("Go on", false),
            ("C++", true),
            ("Pythons", false),
            ("Copy the file to the root of the project", false),
        ] {
            assert_eq!(is_label(text), expected, "{text}");
        }
    }
}

//! Characters of formulas as LaTeX: symbols by their names, letters of the mathematical alphabets by their commands.

/// The LaTeX of a symbol; an empty one for what cannot be seen.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn symbol(character: char) -> Option<&'static str> {
    const SYMBOLS: &[(char, &str)] = &[
        ('#', "\\#"),
        ('%', "\\%"),
        ('&', "\\&"),
        ('{', "\\{"),
        ('}', "\\}"),
        ('¬', "\\neg"),
        ('°', "^\\circ"),
        ('±', "\\pm"),
        ('·', "\\cdot"),
        ('×', "\\times"),
        ('÷', "\\div"),
        ('ħ', "\\hbar"),
        ('Γ', "\\Gamma"),
        ('Δ', "\\Delta"),
        ('Θ', "\\Theta"),
        ('Λ', "\\Lambda"),
        ('Ξ', "\\Xi"),
        ('Π', "\\Pi"),
        ('Σ', "\\Sigma"),
        ('Φ', "\\Phi"),
        ('Ψ', "\\Psi"),
        ('Ω', "\\Omega"),
        ('α', "\\alpha"),
        ('β', "\\beta"),
        ('γ', "\\gamma"),
        ('δ', "\\delta"),
        ('ε', "\\varepsilon"),
        ('ζ', "\\zeta"),
        ('η', "\\eta"),
        ('θ', "\\theta"),
        ('ι', "\\iota"),
        ('κ', "\\kappa"),
        ('λ', "\\lambda"),
        ('μ', "\\mu"),
        ('ν', "\\nu"),
        ('ξ', "\\xi"),
        ('π', "\\pi"),
        ('ρ', "\\rho"),
        ('ς', "\\varsigma"),
        ('σ', "\\sigma"),
        ('τ', "\\tau"),
        ('υ', "\\upsilon"),
        ('φ', "\\varphi"),
        ('χ', "\\chi"),
        ('ψ', "\\psi"),
        ('ω', "\\omega"),
        ('ϑ', "\\vartheta"),
        ('ϕ', "\\phi"),
        ('ϖ', "\\varpi"),
        ('ϰ', "\\varkappa"),
        ('ϱ', "\\varrho"),
        ('ϵ', "\\epsilon"),
        ('‖', "\\|"),
        ('†', "\\dagger"),
        ('‡', "\\ddagger"),
        ('•', "\\bullet"),
        ('…', "\\ldots"),
        ('′', "'"),
        ('″', "''"),
        ('‴', "'''"),
        ('⁄', "/"),
        ('\u{2061}', ""),
        ('\u{2062}', ""),
        ('\u{2063}', ""),
        ('\u{2064}', ""),
        ('ℂ', "\\mathbb{C}"),
        ('ℏ', "\\hbar"),
        ('ℑ', "\\Im"),
        ('ℓ', "\\ell"),
        ('ℕ', "\\mathbb{N}"),
        ('℘', "\\wp"),
        ('ℚ', "\\mathbb{Q}"),
        ('ℜ', "\\Re"),
        ('ℝ', "\\mathbb{R}"),
        ('ℤ', "\\mathbb{Z}"),
        ('ℵ', "\\aleph"),
        ('←', "\\leftarrow"),
        ('↑', "\\uparrow"),
        ('→', "\\to"),
        ('↓', "\\downarrow"),
        ('↔', "\\leftrightarrow"),
        ('↦', "\\mapsto"),
        ('⇌', "\\rightleftharpoons"),
        ('⇐', "\\Leftarrow"),
        ('⇒', "\\Rightarrow"),
        ('⇔', "\\Leftrightarrow"),
        ('∀', "\\forall"),
        ('∂', "\\partial"),
        ('∃', "\\exists"),
        ('∄', "\\nexists"),
        ('∅', "\\emptyset"),
        ('∇', "\\nabla"),
        ('∈', "\\in"),
        ('∉', "\\notin"),
        ('∋', "\\ni"),
        ('∏', "\\prod"),
        ('∐', "\\coprod"),
        ('∑', "\\sum"),
        ('−', "-"),
        ('∓', "\\mp"),
        ('∔', "\\dotplus"),
        ('∕', "/"),
        ('∖', "\\setminus"),
        ('∗', "*"),
        ('∘', "\\circ"),
        ('∙', "\\bullet"),
        ('∝', "\\propto"),
        ('∞', "\\infty"),
        ('∟', "\\angle"),
        ('∠', "\\angle"),
        ('∣', "|"),
        ('∤', "\\nmid"),
        ('∥', "\\|"),
        ('∧', "\\wedge"),
        ('∨', "\\vee"),
        ('∩', "\\cap"),
        ('∪', "\\cup"),
        ('∫', "\\int"),
        ('∬', "\\iint"),
        ('∭', "\\iiint"),
        ('∮', "\\oint"),
        ('∴', "\\therefore"),
        ('∵', "\\because"),
        ('∼', "\\sim"),
        ('≃', "\\simeq"),
        ('≅', "\\cong"),
        ('≈', "\\approx"),
        ('≍', "\\asymp"),
        ('≐', "\\doteq"),
        ('≔', ":="),
        ('≜', "\\triangleq"),
        ('≠', "\\neq"),
        ('≡', "\\equiv"),
        ('≤', "\\leq"),
        ('≥', "\\geq"),
        ('≪', "\\ll"),
        ('≫', "\\gg"),
        ('≲', "\\lesssim"),
        ('≳', "\\gtrsim"),
        ('≺', "\\prec"),
        ('≻', "\\succ"),
        ('⊂', "\\subset"),
        ('⊃', "\\supset"),
        ('⊄', "\\not\\subset"),
        ('⊆', "\\subseteq"),
        ('⊇', "\\supseteq"),
        ('⊊', "\\subsetneq"),
        ('⊕', "\\oplus"),
        ('⊖', "\\ominus"),
        ('⊗', "\\otimes"),
        ('⊙', "\\odot"),
        ('⊢', "\\vdash"),
        ('⊤', "\\top"),
        ('⊥', "\\perp"),
        ('⊨', "\\models"),
        ('⋀', "\\bigwedge"),
        ('⋁', "\\bigvee"),
        ('⋂', "\\bigcap"),
        ('⋃', "\\bigcup"),
        ('⋅', "\\cdot"),
        ('⋆', "\\star"),
        ('⋈', "\\bowtie"),
        ('⋮', "\\vdots"),
        ('⋯', "\\cdots"),
        ('⋱', "\\ddots"),
        ('⌈', "\\lceil"),
        ('⌉', "\\rceil"),
        ('⌊', "\\lfloor"),
        ('⌋', "\\rfloor"),
        ('□', "\\square"),
        ('△', "\\triangle"),
        ('▽', "\\nabla"),
        ('◦', "\\circ"),
        ('⟂', "\\perp"),
        ('⟦', "\\llbracket"),
        ('⟧', "\\rrbracket"),
        ('⟨', "\\langle"),
        ('⟩', "\\rangle"),
        ('⟵', "\\longleftarrow"),
        ('⟶', "\\longrightarrow"),
        ('⟷', "\\longleftrightarrow"),
        ('⟹', "\\implies"),
        ('⟺', "\\iff"),
        ('⨁', "\\bigoplus"),
        ('⨂', "\\bigotimes"),
        ('⨯', "\\times"),
        ('⩽', "\\leq"),
        ('⩾', "\\geq"),
        ('⪯', "\\preceq"),
        ('⪰', "\\succeq"),
        ('〈', "\\langle"),
        ('〉', "\\rangle"),
    ];
    SYMBOLS.binary_search_by_key(&character, |(known, _)| *known).ok().map(|at| SYMBOLS[at].1)
}

/// A letter or digit of Unicode's mathematical alphabets: its command, which is empty for italics, and its plain form.
pub(super) fn styled(character: char) -> Option<(&'static str, char)> {
    let letter = match character {
        'ℂ' | 'ℍ' | 'ℕ' | 'ℙ' | 'ℚ' | 'ℝ' | 'ℤ' => {
            let plain = match character {
                'ℂ' => 'C',
                'ℍ' => 'H',
                'ℕ' => 'N',
                'ℙ' => 'P',
                'ℚ' => 'Q',
                'ℝ' => 'R',
                _ => 'Z',
            };
            return Some(("mathbb", plain));
        }
        'ℬ' => ("mathcal", 'B'),
        'ℰ' => ("mathcal", 'E'),
        'ℱ' => ("mathcal", 'F'),
        'ℋ' => ("mathcal", 'H'),
        'ℐ' => ("mathcal", 'I'),
        'ℒ' => ("mathcal", 'L'),
        'ℳ' => ("mathcal", 'M'),
        'ℛ' => ("mathcal", 'R'),
        'ℎ' => ("", 'h'),
        '\u{1d400}'..='\u{1d6a3}' => {
            // Thirteen alphabets of 26 capitals and 26 small letters.
            const ALPHABETS: [&str; 13] = [
                "mathbf", "", "mathbf", "mathcal", "mathcal", "mathfrak", "mathbb", "mathfrak", "mathsf", "mathsf",
                "mathsf", "mathsf", "mathtt",
            ];
            let at = character as u32 - 0x1d400;
            let (alphabet, letter) = (at / 52, at % 52);
            let first = if letter < 26 { u32::from('A') } else { u32::from('a') - 26 };
            (*ALPHABETS.get(alphabet as usize)?, char::from_u32(first + letter)?)
        }
        '\u{1d7ce}'..='\u{1d7ff}' => {
            const DIGITS: [&str; 5] = ["mathbf", "mathbb", "mathsf", "mathsf", "mathtt"];
            let at = character as u32 - 0x1d7ce;
            (*DIGITS.get((at / 10) as usize)?, char::from_u32(u32::from('0') + at % 10)?)
        }
        '\u{1d6a8}'..='\u{1d7cb}' => {
            // Five alphabets of Greek, 58 letters each: bold, italic, both, and without serifs.
            let at = character as u32 - 0x1d6a8;
            let letter = at % 58;
            let plain = match letter {
                17 => 'Θ',
                0..=24 => char::from_u32(0x391 + letter)?,
                25 => '∇',
                26..=50 => char::from_u32(0x3b1 + letter - 26)?,
                51 => '∂',
                52 => 'ϵ',
                53 => 'ϑ',
                54 => 'ϰ',
                55 => 'ϕ',
                56 => 'ϱ',
                _ => 'ϖ',
            };
            // The letter itself has a name of its own: the style is left out.
            return Some(("", plain));
        }
        _ => return None,
    };
    Some(letter)
}

/// The command of a `mathvariant`; italics are what letters are in anyway.
pub(super) fn variant(name: &str) -> Option<&'static str> {
    Some(match name.trim() {
        "bold" | "bold-italic" => "mathbf",
        "double-struck" => "mathbb",
        "script" | "bold-script" => "mathcal",
        "fraktur" | "bold-fraktur" => "mathfrak",
        "sans-serif" | "bold-sans-serif" => "mathsf",
        "monospace" => "mathtt",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_found_by_search() {
        for (character, expected) in [
            ('#', Some("\\#")),
            ('π', Some("\\pi")),
            ('⩾', Some("\\geq")),
            ('\u{2062}', Some("")),
            ('x', None),
            ('漢', None),
        ] {
            assert_eq!(symbol(character), expected, "{character}");
        }
    }

    #[test]
    fn alphabets_are_plain_letters_with_a_command() {
        for (character, expected) in [
            ('𝐀', Some(("mathbf", 'A'))),
            ('𝑧', Some(("", 'z'))),
            ('𝒜', Some(("mathcal", 'A'))),
            ('𝕜', Some(("mathbb", 'k'))),
            ('ℝ', Some(("mathbb", 'R'))),
            ('𝟙', Some(("mathbb", '1'))),
            ('𝜶', Some(("", 'α'))),
            ('𝜋', Some(("", 'π'))),
            ('a', None),
        ] {
            assert_eq!(styled(character), expected, "{character}");
        }
    }
}

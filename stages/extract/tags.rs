//! The elements that extraction knows, and what HTML says of them.

/// Defines [`Tag`] with its names.
macro_rules! tags {
    ($($variant:ident $name:literal)*) => {
        /// An element's name, or that a node is text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub(super) enum Tag {
            /// A run of text.
            Text,
            /// A name with a hyphen: a custom element.
            Custom,
            /// Any other name.
            Unknown,
            $(
                #[doc = concat!("`", $name, "`")]
                $variant,
            )*
        }

        impl Tag {
            /// How many there are.
            pub(super) const COUNT: usize = [$($name),*].len() + 3;

            /// The tag of a lower-case name.
            #[expect(non_upper_case_globals, reason = "a constant for each variant, to match on")]
            fn known(name: &[u8]) -> Option<Self> {
                $(const $variant: &[u8] = $name.as_bytes();)*
                match name {
                    $($variant => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

tags! {
    A "a" Abbr "abbr" Address "address" Annotation "annotation" AnnotationXml "annotation-xml" Applet "applet" Article "article"
    Aside "aside" Audio "audio" B "b" Base "base" Basefont "basefont" Bgsound "bgsound"
    Blockquote "blockquote" Body "body" Br "br" Button "button"
    Canvas "canvas" Caption "caption" Center "center" Cite "cite" Code "code" Col "col" Colgroup "colgroup"
    Dd "dd" Del "del" Desc "desc" Details "details" Dialog "dialog" Dir "dir" Div "div" Dl "dl" Dt "dt" Em "em" Embed "embed"
    Fieldset "fieldset" Figcaption "figcaption" Figure "figure" Font "font" Footer "footer" ForeignObject "foreignobject"
    Form "form" Frame "frame"     Frameset "frameset" H1 "h1" H2 "h2" H3 "h3" H4 "h4" H5 "h5" H6 "h6" Head "head" Header "header"
    Hgroup "hgroup" Hr "hr" Html "html" I "i" Iframe "iframe" Img "img" Input "input" Kbd "kbd" Keygen "keygen" Label "label"
    Legend "legend" Li "li" Link "link" Main "main" Map "map" Marquee "marquee" Math "math" Menclose "menclose" Menu "menu" Meta "meta"
    Mfenced "mfenced" Mfrac "mfrac" Mi "mi" MjxContainer "mjx-container" Mmultiscripts "mmultiscripts" Mn "mn" Mo "mo" Mover "mover"
    Mpadded "mpadded" Mphantom "mphantom" Mprescripts "mprescripts" Mroot "mroot" Mrow "mrow" Ms "ms"
    Mspace "mspace" Msqrt "msqrt" Mstyle "mstyle" Msub "msub" Msubsup "msubsup" Msup "msup" Mtable "mtable"
    Mtd "mtd" Mtext "mtext" Mtr "mtr" Munder "munder" Munderover "munderover" Nav "nav" Noembed "noembed"
    Noframes "noframes" Noscript "noscript" Object "object" Ol "ol" Optgroup "optgroup" Option "option" P "p" Param "param"
    Picture "picture" Plaintext "plaintext" Pre "pre" Q "q" Rp "rp" Rt "rt" Rtc "rtc" Ruby "ruby" Samp "samp"
    Script "script" Search "search" Section "section" Select "select" Semantics "semantics" Small "small"
    Source "source" Span "span" Strong "strong" Style "style" Sub "sub" Summary "summary" Sup "sup" Svg "svg"
    Table "table" Tbody "tbody" Td "td" Template "template" Textarea "textarea" Tfoot "tfoot" Th "th"
    Thead "thead" Time "time" Title "title" Tr "tr" Track "track" Tt "tt" U "u" Ul "ul" Var "var" Video "video"
    Wbr "wbr" Xmp "xmp"
}

/// Longest name among the tags.
const LONGEST: usize = 14;

impl Tag {
    /// The tag of a name in any case.
    pub(super) fn parse(name: &str) -> Self {
        let mut lower = [0; LONGEST];
        let known = lower.get_mut(..name.len()).and_then(|lower| {
            lower.copy_from_slice(name.as_bytes());
            lower.make_ascii_lowercase();
            Self::known(lower)
        });
        known.unwrap_or_else(|| {
            // MathML with a prefix, as some converters write it: `m:mi`, `mml:mi`.
            match name.split_once(':') {
                // Names that browsers read as others.
                None if name.eq_ignore_ascii_case("image") => Self::Img,
                None if name.eq_ignore_ascii_case("listing") => Self::Pre,
                Some(("m" | "mml" | "M" | "MML", rest)) => Self::parse(rest),
                _ if name.contains('-') => Self::Custom,
                _ => Self::Unknown,
            }
        })
    }
}

impl Tag {
    /// Elements without content or end tag.
    pub(super) const fn is_void(self) -> bool {
        matches!(
            self,
            Self::Base
                | Self::Basefont
                | Self::Bgsound
                | Self::Br
                | Self::Col
                | Self::Embed
                | Self::Frame
                | Self::Hr
                | Self::Img
                | Self::Input
                | Self::Keygen
                | Self::Link
                | Self::Meta
                | Self::Param
                | Self::Source
                | Self::Track
                | Self::Wbr
        )
    }

    /// Elements whose content is no markup: up to their end tag.
    pub(super) const fn is_raw_text(self) -> bool {
        matches!(
            self,
            Self::Script
                | Self::Style
                | Self::Textarea
                | Self::Title
                | Self::Iframe
                | Self::Noembed
                | Self::Noframes
                | Self::Xmp
                | Self::Plaintext
        )
    }

    /// Elements that a browser shows as blocks (or as parts of a table).
    pub(super) const fn is_block(self) -> bool {
        matches!(
            self,
            Self::Address
                | Self::Article
                | Self::Aside
                | Self::Blockquote
                | Self::Body
                | Self::Caption
                | Self::Center
                | Self::Dd
                | Self::Details
                | Self::Dialog
                | Self::Dir
                | Self::Div
                | Self::Dl
                | Self::Dt
                | Self::Fieldset
                | Self::Figcaption
                | Self::Figure
                | Self::Footer
                | Self::Form
                | Self::Frameset
                | Self::Header
                | Self::Hgroup
                | Self::Hr
                | Self::Html
                | Self::Legend
                | Self::Li
                | Self::Main
                | Self::Menu
                | Self::Nav
                | Self::Ol
                | Self::Optgroup
                | Self::Option
                | Self::P
                | Self::Pre
                | Self::Search
                | Self::Section
                | Self::Summary
                | Self::Table
                | Self::Tbody
                | Self::Td
                | Self::Tfoot
                | Self::Th
                | Self::Thead
                | Self::Tr
                | Self::Ul
                | Self::Xmp
                | Self::Plaintext
        ) || self.is_heading()
    }

    /// `h1` to `h6`.
    pub(super) const fn is_heading(self) -> bool {
        matches!(self, Self::H1 | Self::H2 | Self::H3 | Self::H4 | Self::H5 | Self::H6)
    }

    /// Blocks that end an open paragraph when they start.
    pub(super) const fn closes_paragraph(self) -> bool {
        self.is_block()
            && !matches!(
                self,
                Self::Caption
                    | Self::Legend
                    | Self::Optgroup
                    | Self::Option
                    | Self::Tbody
                    | Self::Td
                    | Self::Tfoot
                    | Self::Th
                    | Self::Thead
                    | Self::Tr
                    | Self::Body
                    | Self::Html
            )
    }

    /// Elements that belong in `head`: any other ends it.
    pub(super) const fn is_head_content(self) -> bool {
        matches!(
            self,
            Self::Base
                | Self::Link
                | Self::Meta
                | Self::Title
                | Self::Noscript
                | Self::Noframes
                | Self::Style
                | Self::Script
                | Self::Template
                | Self::Head
                | Self::Html
        )
    }

    /// Elements that an end tag does not reach across.
    pub(super) const fn is_scope(self) -> bool {
        matches!(
            self,
            Self::AnnotationXml
                | Self::Applet
                | Self::Caption
                | Self::Desc
                | Self::ForeignObject
                | Self::Html
                | Self::Marquee
                | Self::Mi
                | Self::Mn
                | Self::Mo
                | Self::Ms
                | Self::Mtext
                | Self::Object
                | Self::Table
                | Self::Td
                | Self::Template
                | Self::Th
                | Self::Title
        )
    }

    /// Parts of a table: none of them stands elsewhere.
    pub(super) const fn is_table_part(self) -> bool {
        matches!(
            self,
            Self::Caption
                | Self::Col
                | Self::Colgroup
                | Self::Tbody
                | Self::Td
                | Self::Tfoot
                | Self::Th
                | Self::Thead
                | Self::Tr
        )
    }

    /// Elements whose end tag may be missing where another ends.
    pub(super) const fn has_implied_end(self) -> bool {
        matches!(
            self,
            Self::Dd | Self::Dt | Self::Li | Self::Optgroup | Self::Option | Self::P | Self::Rp | Self::Rt | Self::Rtc
        )
    }

    /// Lists.
    pub(super) const fn is_list(self) -> bool {
        matches!(self, Self::Ul | Self::Ol | Self::Menu | Self::Dir)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        for (name, expected) in [
            ("p", Tag::P),
            ("DIV", Tag::Div),
            ("annotation-xml", Tag::AnnotationXml),
            ("mml:msub", Tag::Msub),
            ("my-card", Tag::Custom),
            ("blink", Tag::Unknown),
            ("o:p", Tag::Unknown),
            ("a-name-longer-than-any-known", Tag::Custom),
        ] {
            assert_eq!(Tag::parse(name), expected, "{name}");
        }
        assert!((Tag::Xmp as usize) < Tag::COUNT);
    }
}

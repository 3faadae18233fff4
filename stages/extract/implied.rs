//! End tags that HTML lets out: which open elements a start tag closes.

use super::tags::Tag;

/// A question about a tag.
pub(super) type IsTag = fn(Tag) -> bool;

/// What a start tag closes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closing {
    /// The elements that it closes.
    pub(super) wanted: IsTag,
    /// Elements that it does not reach across.
    pub(super) border: IsTag,
    /// Whether it closes the outermost of them, not the innermost.
    pub(super) is_outermost: bool,
}

/// What a start tag closes, paragraphs and headings apart.
pub(super) fn closed_by(tag: Tag) -> Option<Closing> {
    let (wanted, border): (IsTag, IsTag) = match tag {
        Tag::Li => (|tag| tag == Tag::Li, is_item_border),
        Tag::Dt | Tag::Dd => (|tag| matches!(tag, Tag::Dt | Tag::Dd), is_item_border),
        Tag::Td | Tag::Th => (|tag| matches!(tag, Tag::Td | Tag::Th | Tag::Caption), is_table),
        Tag::Tr => (|tag| matches!(tag, Tag::Tr | Tag::Td | Tag::Th | Tag::Caption | Tag::Colgroup), is_table),
        Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Caption | Tag::Colgroup => (
            |tag| {
                matches!(
                    tag,
                    Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Caption | Tag::Colgroup | Tag::Tr | Tag::Td | Tag::Th
                )
            },
            is_table,
        ),
        Tag::Option => (|tag| tag == Tag::Option, |tag| tag.is_block() || tag == Tag::Template),
        Tag::Optgroup => (|tag| matches!(tag, Tag::Option | Tag::Optgroup), |tag| tag.is_scope() || tag == Tag::Select),
        Tag::Button => (|tag| tag == Tag::Button, Tag::is_scope),
        Tag::Rt | Tag::Rp => (|tag| matches!(tag, Tag::Rt | Tag::Rp), |tag| tag == Tag::Ruby),
        Tag::A => (|tag| tag == Tag::A, Tag::is_scope),
        _ => return None,
    };
    // Rows close the cells and the row before.
    let is_outermost =
        matches!(tag, Tag::Tr | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Caption | Tag::Colgroup | Tag::Optgroup);
    Some(Closing { wanted, border, is_outermost })
}

fn is_item_border(tag: Tag) -> bool {
    tag.is_scope() || (tag.is_block() && !matches!(tag, Tag::Address | Tag::Div | Tag::P))
}

fn is_table(tag: Tag) -> bool {
    matches!(tag, Tag::Table | Tag::Template)
}

//! What stands in a table but in none of its cells is shown before the table.
//!
//! The tree is built in the order of the page. Subtrees that belong before a table are noted on the way, and moved
//! when the page is read: few pages have any.

use super::tags::Tag;
use super::tree::{Tree, index};

/// A subtree, and the table that it belongs before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    /// Root of the subtree.
    pub(super) root: usize,
    /// The table around it.
    pub(super) table: usize,
}

impl Tree {
    /// Moves subtrees before tables. Moves are in the order of their roots, so that a subtree is moved before what is
    /// in it; each takes a fixed time, by a list of the nodes in their new order.
    pub(super) fn relocate(&mut self, moves: &[Move]) {
        if moves.is_empty() {
            return;
        }
        let n = self.nodes.len();
        let mut next: Vec<usize> = (1..=n).collect();
        let mut previous: Vec<usize> = (0..=n).map(|at| at.wrapping_sub(1)).collect();
        for Move { root, table } in moves {
            let (first, last) = (*root, self.nodes[*root].end as usize - 1);
            let (before, after) = (previous[first], next[last]);
            next[before] = after;
            previous[after] = before;
            let before = previous[*table];
            next[before] = first;
            previous[first] = before;
            next[last] = *table;
            previous[*table] = last;
        }
        let mut order = Vec::with_capacity(n);
        let mut place = vec![0; n];
        let mut at = 0; // the root stays first
        while at < n {
            place[at] = order.len();
            order.push(at);
            at = next[at];
        }
        let mut nodes = Vec::with_capacity(n);
        let mut text = String::with_capacity(self.text.len());
        for at in order {
            let mut node = self.nodes[at];
            node.parent = index(place[node.parent as usize]);
            node.end = index(nodes.len() + 1);
            let start = node.text as usize;
            node.text = index(text.len());
            if node.tag == Tag::Text {
                let end = self.nodes.get(at + 1).map_or(self.text.len(), |next| next.text as usize);
                text.push_str(&self.text[start..end]);
            }
            nodes.push(node);
        }
        for at in (1..n).rev() {
            let (end, parent) = (nodes[at].end, nodes[at].parent as usize);
            nodes[parent].end = nodes[parent].end.max(end);
        }
        (self.nodes, self.text) = (nodes, text);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::Dom;
    use super::*;

    #[test]
    fn subtrees_are_moved() {
        // table(tr(x p(y table(z))) q): `p` belongs before the outer table, and `z` before the inner one.
        let mut tree = Tree::default();
        let mut push = |tag, parent, text: &str| {
            let node = tree.push(tag, parent);
            tree.text.push_str(text);
            node
        };
        let root = push(Tag::Html, 0, "");
        let table = push(Tag::Table, root, "");
        let row = push(Tag::Tr, table, "");
        push(Tag::Text, row, "x");
        let p = push(Tag::P, root, "");
        push(Tag::Text, p, "y");
        let inner = push(Tag::Table, p, "");
        let z = push(Tag::Text, p, "z");
        let q = push(Tag::Text, table, "q");
        for (node, end) in [(root, q + 1), (table, q + 1), (row, q), (p, q), (inner, q)] {
            tree.nodes[node].end = index(end);
        }
        tree.relocate(&[Move { root: p, table }, Move { root: z, table: inner }]);
        let dom = Dom { html: "", tree: &tree };
        let tags: Vec<_> = (0..dom.len()).map(|node| (dom.tag(node), dom.text(node))).collect();
        assert_eq!(
            tags,
            [
                (Tag::Html, "yzxq"),
                (Tag::P, "yz"),
                (Tag::Text, "y"),
                (Tag::Text, "z"),
                (Tag::Table, ""),
                (Tag::Table, "xq"),
                (Tag::Tr, "x"),
                (Tag::Text, "x"),
                (Tag::Text, "q"),
            ]
        );
        assert_eq!((dom.parent(4), dom.parent(5), dom.parent(8)), (1, 0, 5));
    }
}

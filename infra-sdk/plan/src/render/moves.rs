//! What has another address from now on, a line each.

use super::page::Page;
use super::style::Style;
use crate::moved::Move;

impl Page {
    /// The moves, before everything else that happens: the rest of the plan has the new addresses.
    pub(super) fn moves(&mut self, moves: &[Move]) {
        for moved in moves {
            let (mark, name) = (self.paint.with(Style::Change, ">"), self.paint.with(Style::Strong, moved.to.name()));
            let remark = self.paint.with(Style::Dim, &whence(moved));
            self.line(Style::Change, &format!("  {mark} {} {name}  {remark}", moved.handle));
        }
        if !moves.is_empty() {
            self.text.push('\n');
        }
    }
}

/// `moved from net`, with the old type where that is another one, and the stack where it was in another.
pub(super) fn whence(Move { from, stack, to, .. }: &Move) -> String {
    let kind = if from.kind() == to.kind() { String::new() } else { format!("{} ", from.kind()) };
    let stack = stack.as_ref().map(|stack| format!(" of stack {stack}")).unwrap_or_default();
    format!("moved from {kind}{}{stack}", from.name())
}

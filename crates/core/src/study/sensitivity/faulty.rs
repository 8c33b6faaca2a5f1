//! Faults of a request, with the place in what was typed.

use crate::diagnostic::{At, Diagnostic, Source};

/// Collects the faults of a request beside those of the draft.
pub(super) struct Faulty {
    pub(super) sources: Vec<Source>,
    pub(super) list: Vec<Diagnostic>,
}

impl Faulty {
    /// A place in what was typed after an option.
    pub(super) fn option(&mut self, name: &str, text: &str) -> usize {
        self.sources.push(Source { name: name.to_owned(), text: text.to_owned() });
        self.sources.len() - 1
    }

    pub(super) fn fault(&mut self, at: Option<At>, message: String, help: String) {
        self.list.push(Diagnostic { message, at, help: Some(help) });
    }

    /// A fault in the whole text of an option.
    pub(super) fn in_option(&mut self, name: &str, text: &str, message: String, help: String) {
        let source = self.option(name, text);
        self.fault(Some(At { source, span: 0..text.len() }), message, help);
    }
}

//! A part of the embedded data that is parsed when it is first asked for.

use std::sync::OnceLock;

use serde::de::DeserializeOwned;

use crate::diagnostic::Diagnostic;

/// A part of the catalog: the embedded text, and what it says once it was asked for.
#[derive(Debug, Clone)]
pub(super) struct Section<T> {
    name: &'static str,
    text: &'static str,
    parsed: OnceLock<Result<T, Diagnostic>>,
}

impl<T: DeserializeOwned> Section<T> {
    pub(super) const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, parsed: OnceLock::new() }
    }

    fn parse(&self) -> &Result<T, Diagnostic> {
        self.parsed.get_or_init(|| {
            serde_json::from_str(self.text).map_err(|error| {
                let name = self.name;
                Diagnostic::error(format!("the built-in data `{name}` is malformed: {error}"))
                    .help("this is a fault of kubehop; please report it")
            })
        })
    }

    pub(super) fn get(&self) -> Result<&T, Diagnostic> {
        self.parse().as_ref().map_err(Clone::clone)
    }

    /// The part, for an overlay to change.
    pub(super) fn edit(&mut self) -> Result<&mut T, Diagnostic> {
        self.get()?;
        match self.parsed.get_mut() {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => Err(error.clone()),
            None => Err(Diagnostic::error(format!("the built-in data `{}` is missing", self.name))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Section;
    use crate::catalog::skew::SkewData;

    #[test]
    fn malformed_data_is_a_diagnostic_each_time_it_is_asked_for() {
        let mut section: Section<SkewData> = Section::new("skew", "{\"rules\": 7}");
        for _ in 0..2 {
            let error = section.get().unwrap_err();
            assert!(error.message.contains("`skew` is malformed"), "{error}");
            assert!(section.edit().is_err());
        }
    }
}

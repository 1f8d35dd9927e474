//! Sources, numbered in the order in which the document first names them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::render::filters;

/// A source at the end of the document.
#[derive(Debug, Clone, Serialize)]
pub struct Source {
    /// Its number, from 1.
    pub number: usize,
    /// As the plan has it.
    pub text: String,
    /// The address; empty where the source is none.
    pub url: String,
}

/// A source where it is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// Its number, from 1.
    pub number: usize,
    /// As the plan has it.
    pub text: String,
}

#[derive(Debug, Default)]
pub(super) struct Sources {
    numbers: BTreeMap<String, usize>,
    texts: Vec<String>,
}

impl Sources {
    /// Nothing for an empty text: a rule of the document itself has no source.
    pub(super) fn cite(&mut self, text: &str) -> Vec<Citation> {
        if text.trim().is_empty() {
            return Vec::new();
        }
        let number = *self.numbers.entry(text.to_owned()).or_insert_with(|| {
            self.texts.push(text.to_owned());
            self.texts.len()
        });
        vec![Citation { number, text: text.to_owned() }]
    }

    pub(super) fn cite_all(&mut self, texts: &[String]) -> Vec<Citation> {
        texts.iter().flat_map(|text| self.cite(text)).collect()
    }

    pub(super) fn finish(self) -> Vec<Source> {
        self.texts
            .into_iter()
            .enumerate()
            .map(|(index, text)| Source { number: index + 1, url: filters::url(&text), text })
            .collect()
    }
}

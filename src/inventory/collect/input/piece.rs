//! One object of a text, as it stands there.

use serde::de::DeserializeOwned;

use super::fault::Fault;
use crate::yaml;

/// One object of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece<'a> {
    /// How it is written.
    pub(crate) form: Form<'a>,
    /// What it is in its text.
    pub(crate) role: Role<'a>,
    /// The line in which it begins.
    pub(crate) line: usize,
}

/// How an object is written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form<'a> {
    /// As JSON.
    Json(&'a [u8]),
    /// As a document of YAML.
    Yaml(&'a str),
    /// As a sequence of YAML with this one entry.
    YamlItem(&'a str),
}

/// What an object is in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role<'a> {
    /// Whatever stands around the items of a list, or an object that is no list.
    Whole,
    /// An item of a list, of this kind where the list had said so before.
    Item(Option<&'a str>),
}

impl Piece<'_> {
    /// Reads of the object what the type wants.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        match self.form {
            Form::Json(bytes) => serde_json::from_slice(bytes).map_err(|error| {
                let line = self.line + error.line().saturating_sub(1);
                if error.is_data() { Fault::Form { line } } else { Fault::Syntax { line } }
            }),
            Form::Yaml(text) => yaml::read_unshown(text).map_err(|line| self.fault(line)),
            Form::YamlItem(text) => {
                yaml::read_unshown(text).map(|(item,)| item).map_err(|line| self.fault(line))
            }
        }
    }

    fn fault(&self, line: usize) -> Fault {
        Fault::Form { line: self.line + line.saturating_sub(1) }
    }
}

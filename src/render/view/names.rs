//! Lists of names: short ones stand where they are used, long ones once, in the appendix.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::Plan;
use crate::plan::shell_word;

/// More names than this are shown as a count.
const MOST_SHOWN: usize = 12;

/// Names where they are used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Names<'a> {
    /// How many.
    pub count: usize,
    /// Whether `shown` is only the first and the last.
    pub long: bool,
    /// The names, or the first and the last.
    pub shown: Vec<&'a str>,
    /// The anchor of the list in the appendix; empty where there is none.
    pub list: String,
    /// The name of that list; empty where there is none.
    pub list_title: String,
}

/// A list in the appendix.
#[derive(Debug, Clone, Serialize)]
pub struct NameList<'a> {
    /// Its anchor.
    pub anchor: String,
    /// The pool, or what the names are.
    pub title: String,
    /// The file that commands read it from; empty where none does.
    pub file: String,
    /// The same as one shell word.
    pub file_word: String,
    /// How many names.
    pub count: usize,
    /// The names.
    pub names: Vec<&'a str>,
    /// A word that ends a here-document and is none of the names.
    pub end: String,
    /// The steps that use it.
    pub steps: Vec<String>,
    /// Whether the file has other lines for other steps.
    pub changes: bool,
    /// Whether the names are those that a pool gets when it is only counted.
    pub counted: bool,
}

type Key<'a> = (String, String, &'a [InstanceName]);

#[derive(Debug)]
pub(super) struct Lists<'a> {
    numbers: BTreeMap<Key<'a>, usize>,
    all: Vec<NameList<'a>>,
    synthetic: bool,
}

impl<'a> Lists<'a> {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            numbers: BTreeMap::new(),
            all: Vec::new(),
            synthetic: plan.provenance.inventory.synthetic,
        }
    }

    /// The targets of a step of a pool: always a file, for the commands read it.
    pub(super) fn pool(
        &mut self,
        pool: &'a PoolName,
        file: Option<String>,
        names: &'a [InstanceName],
        step: &str,
    ) -> Names<'a> {
        let file = file.unwrap_or_else(|| format!("{pool}.nodes"));
        let number = self.number(pool.as_str().to_owned(), &file, names);
        let counted = names.len() > 1 || self.synthetic;
        let list = &mut self.all[number];
        if list.file.is_empty() {
            list.file = file;
            list.file_word = shell_word(&list.file);
            list.counted = counted
                && names
                    .iter()
                    .enumerate()
                    .all(|(index, name)| *name == InstanceName::counted(pool, index + 1));
        }
        list.steps.push(step.to_owned());
        Names { list: list.anchor.clone(), ..Self::short(names) }
    }

    /// Other names: in the appendix only where they are many.
    pub(super) fn plain(
        &mut self,
        what: &str,
        names: &'a [InstanceName],
        step: Option<&str>,
    ) -> Names<'a> {
        if names.len() <= MOST_SHOWN {
            return Self::short(names);
        }
        let number = self.number(what.to_owned(), "", names);
        let list = &mut self.all[number];
        list.steps.extend(step.map(str::to_owned));
        Names { list: list.anchor.clone(), ..Self::short(names) }
    }

    /// Without a list in the appendix.
    pub(super) fn short(names: &'a [InstanceName]) -> Names<'a> {
        let long = names.len() > MOST_SHOWN;
        let shown = match names {
            [first, .., last] if long => vec![first.as_str(), last.as_str()],
            _ => names.iter().map(InstanceName::as_str).collect(),
        };
        Names { count: names.len(), long, shown, list: String::new(), list_title: String::new() }
    }

    fn number(&mut self, title: String, file: &str, names: &'a [InstanceName]) -> usize {
        let next = self.all.len();
        let key = (title.clone(), file.to_owned(), names);
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            let mut end = "END-OF-NODES".to_owned();
            while names.iter().any(|name| name.as_str() == end) {
                end.push('-');
            }
            self.all.push(NameList {
                anchor: format!("list-{}", next + 1),
                title,
                file: String::new(),
                file_word: String::new(),
                count: names.len(),
                names: names.iter().map(InstanceName::as_str).collect(),
                end,
                steps: Vec::new(),
                changes: false,
                counted: false,
            });
        }
        number
    }

    /// The title of each list by its anchor; those of one pool are told apart by number.
    pub(super) fn titles(&mut self) -> BTreeMap<String, String> {
        let mut of_title: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut of_file: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, list) in self.all.iter().enumerate() {
            of_title.entry(list.title.clone()).or_default().push(index);
            of_file.entry(list.file.clone()).or_default().push(index);
        }
        for (title, indices) in of_title {
            if indices.len() > 1 {
                for (place, index) in indices.into_iter().enumerate() {
                    let list = &mut self.all[index];
                    list.title = format!("{title} ({})", place + 1);
                }
            }
        }
        // A plan that was not made by this program may use one file for several lists.
        for (file, indices) in of_file {
            for index in indices.iter().filter(|_| indices.len() > 1) {
                self.all[*index].changes = !file.is_empty();
            }
        }
        self.all.iter().map(|list| (list.anchor.clone(), list.title.clone())).collect()
    }

    pub(super) fn finish(self) -> Vec<NameList<'a>> {
        self.all
    }
}

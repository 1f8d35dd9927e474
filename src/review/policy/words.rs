//! Values of a policy that are checked where they stand, so that an error names their line.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::de;

/// The longest text that is taken: a name, not a letter.
const LONGEST: usize = 200;

/// A text that says something: not blank, on one line, of at most 200 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(in crate::review) struct Words(String);

impl Words {
    pub(in crate::review) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Words {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

// Both values are checked inside of their visitors: an error from there has the place of the value.
impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordsVisitor;
        impl de::Visitor<'_> for WordsVisitor {
            type Value = Words;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a name or a few words")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Words, E> {
                if text.trim().is_empty() {
                    return Err(E::custom("the text is empty; requires a name or a few words"));
                }
                if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
                    return Err(E::custom("requires at most 200 printable characters on one line"));
                }
                Ok(Words(text.trim().to_owned()))
            }
        }
        deserializer.deserialize_str(WordsVisitor)
    }
}

impl JsonSchema for Words {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Words".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "\\S",
        })
    }
}

/// A number of at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(in crate::review) struct Count(u32);

impl Count {
    pub(in crate::review) const fn get(self) -> u32 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CountVisitor;
        impl de::Visitor<'_> for CountVisitor {
            type Value = Count;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a whole number, 1 or more")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Count, E> {
                match u32::try_from(number) {
                    Ok(0) => {
                        Err(E::custom("0 asks for nothing; requires 1 or more, or leave it out"))
                    }
                    Ok(number) => Ok(Count(number)),
                    Err(_) => Err(E::custom(format_args!("{number} is more than {}", u32::MAX))),
                }
            }
        }
        deserializer.deserialize_u64(CountVisitor)
    }
}

impl JsonSchema for Count {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 1, "maximum": u32::MAX })
    }
}

//! The values of a calendar: refused where they stand, with what was probably meant.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::tz::TimeZoneDatabase;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;

/// A day of the week.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday.
    #[serde(alias = "monday")]
    Mon,
    /// Tuesday.
    #[serde(alias = "tuesday")]
    Tue,
    /// Wednesday.
    #[serde(alias = "wednesday")]
    Wed,
    /// Thursday.
    #[serde(alias = "thursday")]
    Thu,
    /// Friday.
    #[serde(alias = "friday")]
    Fri,
    /// Saturday.
    #[serde(alias = "saturday")]
    Sat,
    /// Sunday.
    #[serde(alias = "sunday")]
    Sun,
}

impl Day {
    /// Every day, from Monday.
    pub const ALL: [Self; 7] =
        [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// The day of a date.
    pub fn of(date: Date) -> Self {
        match date.weekday() {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }

    /// The word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mon => "Monday",
            Self::Tue => "Tuesday",
            Self::Wed => "Wednesday",
            Self::Thu => "Thursday",
            Self::Fri => "Friday",
            Self::Sat => "Saturday",
            Self::Sun => "Sunday",
        }
    }
}

/// A time of day, from `00:00` to `24:00`, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// Minutes since midnight.
    pub const fn minutes(self) -> u64 {
        self.0 as u64
    }

    /// That time on a day, as its clocks show it; `24:00` is midnight of the next day.
    pub(super) fn on(self, date: Date) -> Option<DateTime> {
        let midnight = date.to_datetime(jiff::civil::Time::midnight());
        midnight.checked_add(jiff::SignedDuration::from_mins(i64::from(self.0))).ok()
    }
}

impl FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let error = || {
            let shown: String = text.chars().take(40).collect();
            format!("`{shown}` is not a time of day; requires a form like '20:00', up to '24:00'")
        };
        let (hour, minute) = text.split_once(':').ok_or_else(error)?;
        let number = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            if digits { text.parse::<u16>().map_err(|_| error()) } else { Err(error()) }
        };
        let (hour, minute) = (number(hour)?, number(minute)?);
        if minute < 60 && hour * 60 + minute <= 24 * 60 {
            Ok(Self(hour * 60 + minute))
        } else {
            Err(error())
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// A time zone by its IANA name, as the program brings them along: the same on every machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The time zone.
    pub fn get(&self) -> &TimeZone {
        &self.0
    }

    /// Its name, such as `Europe/Berlin`.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let zones = TimeZoneDatabase::bundled();
        if let Ok(zone) = zones.get(text) {
            return Ok(Self(zone));
        }
        let shown: String = text.chars().take(60).collect();
        let candidates = zones.available();
        let (similarity, best) = candidates
            .map(|name| (similarity(&shown, name.as_str()), name.as_str().to_owned()))
            .max_by(|left, right| left.0.total_cmp(&right.0).then_with(|| right.1.cmp(&left.1)))
            .unwrap_or((0.0, String::new()));
        let hint = if similarity > 0.85 {
            format!("did you mean `{best}`?")
        } else {
            "requires an IANA name such as `Europe/Berlin`".to_owned()
        };
        Err(format!("`{shown}` is not a known time zone; {hint}"))
    }
}

/// How close a text comes to a zone's name; the city alone counts as well.
fn similarity(text: &str, name: &str) -> f64 {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let city = name.rsplit('/').next().unwrap_or(&name);
    let city = strsim::jaro_winkler(&text.replace(' ', "_"), city) * 0.99;
    strsim::jaro_winkler(&text, &name).max(city)
}

impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// One end of a freeze: a whole day, or a time on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// The whole day: it belongs to the freeze.
    Day(Date),
    /// A moment, as clocks in the calendar's zone show it.
    Time(DateTime),
}

impl Bound {
    /// The first moment of it.
    pub(super) fn first(self) -> DateTime {
        match self {
            Self::Day(date) => date.to_datetime(jiff::civil::Time::midnight()),
            Self::Time(time) => time,
        }
    }

    /// The first moment after it. A day is included; a time is where the freeze ends: work may begin
    /// at 18:00 if it is frozen until 18:00.
    pub(super) fn after(self) -> DateTime {
        match self {
            Self::Day(date) => {
                date.tomorrow().unwrap_or(date).to_datetime(jiff::civil::Time::midnight())
            }
            Self::Time(time) => time,
        }
    }
}

impl FromStr for Bound {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let error = || {
            let shown: String = text.chars().take(40).collect();
            format!(
                "`{shown}` is not a date; requires a form like `2026-12-24` or `2026-12-24T18:00`"
            )
        };
        if text.len() <= "2026-12-24".len() {
            return text.parse().map(Self::Day).map_err(|_| error());
        }
        // An offset would be dropped without a word.
        if text.ends_with(['Z', 'z', ']']) || text.rfind(['+']).is_some() {
            return Err(format!("{}, in the calendar's time zone and without an offset", error()));
        }
        text.parse().map(Self::Time).map_err(|_| error())
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(date) => write!(formatter, "{date}"),
            Self::Time(time) => write!(formatter, "{}", time.strftime("%Y-%m-%dT%H:%M")),
        }
    }
}

/// How long a hop is watched before the next environment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Soak {
    /// As the plan says.
    #[default]
    Inherit,
    /// So many minutes.
    Minutes(u64),
}

impl FromStr for Soak {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "inherit" {
            return Ok(Self::Inherit);
        }
        Err(format!(
            "`{}` is not a soak; requires minutes, or `inherit` for what the plan says",
            text.chars().take(40).collect::<String>()
        ))
    }
}

/// The longest soak: a year.
const LONGEST_SOAK: u64 = 365 * 24 * 60;

impl Serialize for Soak {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Inherit => serializer.serialize_str("inherit"),
            Self::Minutes(minutes) => serializer.serialize_u64(*minutes),
        }
    }
}

impl<'de> Deserialize<'de> for Soak {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Soak;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("minutes or `inherit`")
            }

            fn visit_u64<E: serde::de::Error>(self, minutes: u64) -> Result<Soak, E> {
                if minutes <= LONGEST_SOAK {
                    Ok(Soak::Minutes(minutes))
                } else {
                    Err(E::custom(format!("requires at most {LONGEST_SOAK} minutes (a year)")))
                }
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Soak, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Soak {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Soak".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": LONGEST_SOAK },
                { "const": "inherit" },
            ],
        })
    }
}

/// Reads and writes a value as the text that `FromStr` and `Display` know.
macro_rules! as_text {
    ($type:ident, $pattern:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // A visitor, so that the parser knows the place of what is refused.
                struct Visitor;
                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $type;

                    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                        formatter.write_str("text")
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Visitor)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

as_text!(TimeOfDay, "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$");
as_text!(Zone, "^[A-Za-z0-9_+/-]+$");
as_text!(Bound, "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$");

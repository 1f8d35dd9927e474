//! Turns the catalog's YAML files into compact JSON, which the program parses quickly and lazily.
//!
//! The keys of a file's `sources` are replaced by their addresses on the way. A malformed file, a
//! source that is neither a key nor an address, or a missing date stops the build.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;
use sha2::Digest as _;
use sha2::Sha256;

const SECTIONS: [&str; 9] = [
    "releases",
    "etcd",
    "components",
    "skew",
    "api-removals",
    "feature-gates",
    "removed-flags",
    "hazards",
    "known-bad",
];

#[expect(clippy::disallowed_methods, reason = "cargo speaks to a build script through variables")]
fn main() -> Result<(), String> {
    println!("cargo:rerun-if-changed=build.rs");
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let mut as_of = String::new();
    let mut digest = Sha256::new();
    for section in SECTIONS {
        let path = format!("src/catalog/data/{section}.yaml");
        println!("cargo:rerun-if-changed={path}");
        let json = compile(&path, &mut as_of).map_err(|error| format!("{path}: {error}"))?;
        digest.update(section);
        digest.update([0]);
        digest.update(&json);
        digest.update([0]);
        fs::write(Path::new(&out).join(format!("{section}.json")), json)
            .map_err(|error| error.to_string())?;
    }
    let durations = durations("src/estimate/data/estimates.yaml")?;
    fs::write(Path::new(&out).join("durations.rs"), durations)
        .map_err(|error| error.to_string())?;
    let mut hex = String::new();
    for byte in digest.finalize() {
        _ = write!(hex, "{byte:02x}");
    }
    let date = as_of.split('-').map(|part| part.trim_start_matches('0')).collect::<Vec<_>>();
    let constants = format!(
        "const AS_OF: Date = jiff::civil::date({});\nconst DIGEST: &str = \"{hex}\";\n",
        date.join(", ")
    );
    fs::write(Path::new(&out).join("catalog_constants.rs"), constants)
        .map_err(|error| error.to_string())
}

/// A Rust constant for each entry of the table of durations, for the steps of a plan.
fn durations(path: &str) -> Result<String, String> {
    println!("cargo:rerun-if-changed={path}");
    let document: Value = serde_json::from_str(&compile(path, &mut String::new())?)
        .map_err(|error| error.to_string())?;
    let mut text = String::new();
    for entry in document["entries"].as_array().ok_or("`entries` requires a list")? {
        let word = |key: &str| entry[key].as_str().ok_or(format!("{path}: {entry}: no `{key}`"));
        let minutes = |key: &str| {
            entry["minutes"][key].as_u64().ok_or(format!("{path}: {entry}: no minutes `{key}`"))
        };
        let name = word("key")?.replace('-', "_").to_uppercase();
        let (low, likely, high) = (minutes("low")?, minutes("likely")?, minutes("high")?);
        if low > likely || likely > high {
            return Err(format!("{path}: {name}: requires low <= likely <= high"));
        }
        _ = writeln!(
            text,
            "pub(super) const {name}: Duration = Duration {{ low: {low}, likely: {likely}, high: {high} }};"
        );
    }
    Ok(text)
}

fn compile(path: &str, newest: &mut String) -> Result<String, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let mut document: Value = serde_yaml::from_str(&text).map_err(|error| error.to_string())?;
    let fields = document.as_object_mut().ok_or("requires a mapping")?;
    let as_of = fields.shift_remove("asOf").ok_or("`asOf` is missing")?;
    let as_of = as_of.as_str().ok_or("`asOf` requires a date in quotes")?;
    if as_of > newest.as_str() {
        as_of.clone_into(newest);
    }
    let mut sources = BTreeMap::new();
    if let Some(Value::Object(map)) = fields.shift_remove("sources") {
        for (key, source) in map {
            let url = source.get("url").and_then(Value::as_str);
            sources
                .insert(key.clone(), url.ok_or(format!("source `{key}` has no url"))?.to_owned());
        }
    }
    resolve(&mut document, &sources)?;
    serde_json::to_string(&document).map_err(|error| error.to_string())
}

/// Replaces the keys in each `source` by addresses.
fn resolve(value: &mut Value, sources: &BTreeMap<String, String>) -> Result<(), String> {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("source" | "imagesSource", Value::Array(list)) => {
                        for entry in list {
                            address(entry, sources)?;
                        }
                    }
                    ("source" | "removalSource", entry @ Value::String(_)) => {
                        address(entry, sources)?;
                    }
                    (_, value) => resolve(value, sources)?,
                }
            }
        }
        Value::Array(list) => {
            for value in list {
                resolve(value, sources)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn address(entry: &mut Value, sources: &BTreeMap<String, String>) -> Result<(), String> {
    let text = entry.as_str().ok_or("a source requires a text")?;
    if text == "judgement" || text.starts_with("https://") || text.starts_with("http://") {
        return Ok(());
    }
    let url =
        sources.get(text).ok_or(format!("`{text}` is neither an address nor in `sources`"))?;
    *entry = Value::String(url.clone());
    Ok(())
}

//! Running a jq filter: it computes, and reads nothing but its input.
//!
//! Neither environment nor files nor further input nor the clock are within its reach; `now` is the
//! moment that it is told. Only one thing is not bounded here: how long it runs, and how much memory
//! it takes.

use jaq_core::Compiler;
use jaq_core::Ctx;
use jaq_core::Vars;
use jaq_core::data;
use jaq_core::load::Arena;
use jaq_core::load::File;
use jaq_core::load::Loader;
use jaq_core::load::parse;
use jaq_json::Val;
use jaq_json::read;
use serde_json::Value;

/// The most values that a filter may give.
const MOST_VALUES: usize = 1000;

/// What reads the environment, the clock or the time zone of the machine, or writes a log.
const OUT_OF_REACH: &[&str] =
    &["env", "now", "localtime", "strflocaltime", "debug_empty", "stderr_empty", "halt"];

/// What stands in the place of some of these: a message goes nowhere, an end is an error. And what jq
/// has and jaq has not.
const OWN: &str = r#"
def debug_empty: empty; def stderr_empty: empty; def halt(f): error("halt");
def IN(s): any(s == .; .); def IN(src; s): any(src == s; .);
"#;

/// Why a filter has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// It is no jq filter, or calls what there is not.
    #[error("the filter is not valid: {0}")]
    Invalid(String),
    /// Its input is not JSON.
    #[error("the answer is not JSON: {0}")]
    Input(String),
    /// It ended with an error, as for an object that has not the fields that it looks at.
    #[error("the filter ends with an error: {0}")]
    Failed(String),
    /// It gives too much.
    #[error("the filter gives more than 1000 values")]
    TooMany,
}

/// What a filter gives for an input; `now` is what it takes for the present moment, in seconds since
/// 1970.
///
/// # Errors
///
/// A [`FilterError`].
pub fn run(filter: &str, input: &[u8], now: f64) -> Result<Vec<Value>, FilterError> {
    let invalid = |text: String| FilterError::Invalid(one_line(&text));
    let own = parse(OWN, |parser| parser.defs()).unwrap_or_default();
    let definitions = jaq_core::defs().chain(own).chain(jaq_std::defs()).chain(jaq_json::defs());
    let functions = jaq_core::funs()
        .chain(jaq_std::funs().filter(|(name, ..)| !OUT_OF_REACH.contains(name)))
        .chain(jaq_json::funs());
    let code = format!("def now: {now};\n{filter}");
    let arena = Arena::default();
    let modules = Loader::new(definitions)
        .load(&arena, File { code: &*code, path: () })
        .map_err(|errors| invalid(loading(&errors)))?;
    let compiled = Compiler::default()
        .with_funs(functions)
        .compile(modules)
        .map_err(|errors| invalid(undefined(&errors)))?;
    let input = read::parse_single(input)
        .map_err(|error| FilterError::Input(one_line(&error.to_string())))?;
    let context = Ctx::<data::JustLut<Val>>::new(&compiled.lut, Vars::new([]));
    let mut values = Vec::new();
    for value in compiled.id.run((context, input)) {
        if values.len() == MOST_VALUES {
            return Err(FilterError::TooMany);
        }
        let value = value.map_err(|error| {
            let text =
                error.get_err().map_or_else(|_| "halt".to_owned(), |error| error.to_string());
            FilterError::Failed(one_line(&text))
        })?;
        // What jq can hold and JSON cannot, such as NaN, is no answer.
        let value = serde_json::from_str(&value.to_string());
        values.push(value.map_err(|error| FilterError::Failed(one_line(&error.to_string())))?);
    }
    Ok(values)
}

fn loading(errors: &jaq_core::load::Errors<&str, ()>) -> String {
    use jaq_core::load::Error;
    let texts = errors.iter().map(|(_, error)| match error {
        Error::Io(_) => "it loads a module".to_owned(),
        Error::Lex(errors) => {
            let first = errors.first().map(|(expected, at)| (expected.as_str(), *at));
            near(first)
        }
        Error::Parse(errors) => {
            let first = errors.first().map(|(expected, at)| (expected.as_str(), *at));
            near(first)
        }
    });
    texts.collect::<Vec<_>>().join("; ")
}

fn near(first: Option<(&str, &str)>) -> String {
    match first {
        Some((expected, "")) => format!("it ends where {expected} must stand"),
        Some((expected, at)) => {
            let at: String = at.chars().take(30).collect();
            format!("`{at}` stands where {expected} must")
        }
        None => "it cannot be read".to_owned(),
    }
}

fn undefined(errors: &jaq_core::compile::Errors<&str, ()>) -> String {
    let all = errors.iter().flat_map(|(_, errors)| errors);
    let texts = all.map(|(name, what)| format!("{} `{name}` is not known", what.as_str()));
    texts.collect::<Vec<_>>().join("; ")
}

/// A short text on one line, for what stands in it is the plan's or the cluster's.
fn one_line(text: &str) -> String {
    const MOST: usize = 200;
    let plain = |char: char| if char.is_control() { ' ' } else { char };
    let mut line: String = text.chars().map(plain).take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::FilterError;
    use super::run;

    fn ok(filter: &str, input: &Value) -> Vec<Value> {
        run(filter, input.to_string().as_bytes(), 1000.5).unwrap()
    }

    #[test]
    fn computes_like_jq() {
        let nodes = json!({"items": [{"n": "a", "v": 1}, {"n": "b", "v": 2}]});
        for (filter, expected) in [
            ("[.items[]|select(.v>1)|.n]", json!(["b"])),
            ("[.items[].n]|group_by(.)|map([.[0],length])", json!([["a", 1], ["b", 1]])),
            (r#""x:v1.2@sha"|sub("@.*$";"")|split(":")|last"#, json!("v1.2")),
            (
                r#""kubernetesVersion: v1.30.1\n"|capture("kubernetesVersion: (?<v>[0-9A-Za-z.+-]+)").v"#,
                json!("v1.30.1"),
            ),
            (r#""a"|IN("a","b")"#, json!(true)),
            ("now", json!(1000.5)),
            (r#""1970-01-01T00:16:40Z"|fromdateiso8601"#, json!(1000)),
            ("[.items[].v]|add//0", json!(3)),
            ("1|debug", json!(1)),
        ] {
            assert_eq!(ok(filter, &nodes), [expected], "{filter}");
        }
        assert_eq!(ok(".items[].v", &nodes), [json!(1), json!(2)]);
        assert_eq!(ok("empty", &nodes), [] as [Value; 0]);
    }

    #[test]
    fn reaches_nothing_but_its_input() {
        for filter in [
            "env",
            "$ENV",
            "env.HOME",
            "$ENV.HOME",
            "input",
            "inputs",
            "localtime",
            "import \"a\" as a; .",
            "include \"a\"; .",
            "import \"/etc/passwd\" as $x; .",
            "input_filename",
            "get_search_list",
            "$__prog_args",
            "@foo",
            "halt_error(1)|halt(3)|nothing_such",
        ] {
            let error = run(filter, b"null", 0.0).unwrap_err();
            assert!(matches!(error, FilterError::Invalid(_)), "{filter}: {error}");
        }
        for filter in ["halt", "halt_error", "\"x\"|halt_error(1)", "error(\"a\\nb\")", ".a.b"] {
            let error = run(filter, b"[]", 0.0).unwrap_err();
            assert!(matches!(error, FilterError::Failed(_)), "{filter}: {error}");
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (filter, text) in
            [("[.items[]", "it ends where"), (".a | nosuch", "`nosuch`"), (".a )", "stands where")]
        {
            let error = run(filter, b"null", 0.0).unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
        assert!(matches!(run(".", b"{", 0.0), Err(FilterError::Input(_))));
        assert_eq!(run("range(2000)", b"null", 0.0), Err(FilterError::TooMany));
    }
}

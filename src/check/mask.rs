//! What may be shown of an observed value: no secret, and no more than a ticket bears.

use serde_json::Value;

const MASKED: &str = "(masked)";
/// The most letters of evidence.
const MOST: usize = 2000;
/// Words of at least so many letters that look like no name are keys or tokens.
const LONG: usize = 40;
/// Parts of keys whose values are nobody's business.
const PRIVATE: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "privatekey",
    "accesskey",
    "certificatekey",
];

/// The values as `jq -c` would print them, without what looks like a secret, and cut.
pub fn evidence(values: &[Value]) -> String {
    let lines = values.iter().map(|value| masked(value, false).to_string());
    cut(&lines.collect::<Vec<_>>().join("\n"))
}

/// A text, without what looks like a secret, and cut.
pub(super) fn text(text: &str) -> String {
    let plain = |char: char| if char.is_control() && char != '\n' { ' ' } else { char };
    cut(&words(text.trim()).chars().map(plain).collect::<String>())
}

fn cut(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(MOST) else { return text.to_owned() };
    let more = text[end..].chars().count();
    format!("{}… ({more} more letters)", &text[..end])
}

fn masked(value: &Value, hide: bool) -> Value {
    match value {
        Value::String(_) | Value::Number(_) if hide => MASKED.into(),
        Value::String(text) => words(text).into(),
        Value::Array(list) => list.iter().map(|value| masked(value, hide)).collect(),
        Value::Object(map) => {
            // A variable of a container: the name stands beside the value.
            let named = map.get("name").and_then(Value::as_str).is_some_and(is_private);
            let pairs = map.iter().map(|(key, value)| {
                let hide = hide || is_private(key) || (named && key == "value");
                (words(key), masked(value, hide))
            });
            Value::Object(pairs.collect())
        }
        other => other.clone(),
    }
}

fn is_private(key: &str) -> bool {
    let bare: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let bare = bare.to_ascii_lowercase();
    PRIVATE.iter().any(|part| bare.contains(part))
}

/// The text with every word masked that looks like a key or a token.
fn words(text: &str) -> String {
    if text.contains("-----BEGIN") {
        return MASKED.to_owned();
    }
    let of_word = |char: char| char.is_ascii_alphanumeric() || "+/=_.-".contains(char);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let inside = of_word(first);
        let end = rest.find(|char| of_word(char) != inside).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        out.push_str(if inside && is_token(word) { MASKED } else { word });
        rest = after;
    }
    out
}

fn is_token(word: &str) -> bool {
    let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    // A bootstrap token of kubeadm: an id and a key.
    if let Some((id, key)) = word.split_once('.')
        && (id.len(), key.len()) == (6, 16)
        && id.bytes().chain(key.bytes()).all(lower)
    {
        return true;
    }
    if word.starts_with("eyJ") && word.matches('.').count() == 2 {
        return true;
    }
    let has = |what: fn(&u8) -> bool| word.as_bytes().iter().any(what);
    word.len() >= LONG
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::evidence;
    use super::text;

    #[test]
    fn what_checkpoints_observe_is_shown_as_it_is() {
        let digest = "registry.k8s.io/etcd@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let values = [
            json!(["worker-1", "ip-10-0-0-1.eu-central-1.compute.internal"]),
            json!([["kube-apiserver", "v1.30.14", "True"]]),
            json!("kube-system/coredns-7db6d8ff4d-abcde"),
            json!(digest),
            json!({"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}),
            json!(3),
        ];
        for value in values {
            assert_eq!(evidence(std::slice::from_ref(&value)), value.to_string());
        }
        assert_eq!(evidence(&[json!(1), json!(2)]), "1\n2");
    }

    #[test]
    fn what_looks_like_a_secret_is_not() {
        for value in [
            json!("abcdef.0123456789abcdef"),
            json!("token abcdef.0123456789abcdef"),
            json!({"spec": {"password": "hunter2"}}),
            json!({"name": "DB_PASSWORD", "value": "hunter2"}),
            json!({"clientSecret": ["hunter2"]}),
            json!("-----BEGIN RSA PRIVATE KEY-----\nhunter2"),
            json!("Bearer eyJhbGciOiJSUzI1NiJ9.eyJodW50ZXIyIjoxfQ.c2lnbmF0dXJl"),
            json!("key: hunter2AAAABBBBCCCCDDDDEEEEFFFFGGGGhhhh11112222"),
        ] {
            let shown = evidence(std::slice::from_ref(&value));
            assert!(shown.contains("(masked)"), "{shown}");
            for secret in ["hunter2", "0123456789abcdef", "eyJ"] {
                assert!(!shown.contains(secret), "{shown}");
            }
        }
    }

    #[test]
    fn no_more_than_a_ticket_bears() {
        let long = evidence(&[json!("word ".repeat(10_000))]);
        assert!(long.len() < 2100 && long.ends_with("more letters)"), "{long}");
        assert_eq!(text(" ok\u{1b}[31m\n"), "ok [31m");
    }
}

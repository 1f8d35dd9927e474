//! From a probe to a request: one `GET` of a known kind, or of a path by which an API server tells
//! of its health.

use std::fmt;
use std::fmt::Write as _;

use crate::plan::Probe;
use crate::plan::ProbeKind;

use super::resources::RESOURCES;
use super::resources::Resource;

/// Where an API server tells of itself, to everybody who asks; below the first three, of one part.
const HEALTH: [&str; 3] = ["/readyz", "/livez", "/healthz"];
const VERSION: &str = "/version";
/// The longest name or selector.
const LONGEST: usize = 512;

/// What is asked of the API server, always by `GET`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    /// Objects of a kind, page by page.
    List {
        /// The path, with the selector.
        path: String,
    },
    /// One object.
    Object {
        /// The path.
        path: String,
    },
    /// What an API server says of itself, as text.
    Raw {
        /// The path.
        path: String,
    },
}

/// Why a probe is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It needs a shell or a person.
    Manual,
    /// It lacks a part.
    Incomplete(&'static str),
    /// It would read Secrets.
    Secrets,
    /// It names a kind that is not known here.
    UnknownResource(String),
    /// It names a namespace for something that has none, or `*` for one object.
    Namespace(String),
    /// Something in it cannot be a name, a namespace or a selector.
    Malformed(&'static str, String),
    /// Its path is none of those that only tell of the API server itself.
    Path(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manual => formatter.write_str("it needs a shell or a person"),
            Self::Incomplete(part) => write!(formatter, "its probe has no `{part}`"),
            Self::Secrets => formatter.write_str("it would read Secrets, which is never done"),
            Self::UnknownResource(name) => {
                write!(formatter, "`{}` is no kind that is known here", shown(name))?;
                match near(name) {
                    Some(near) => write!(formatter, "; did you mean `{near}`?"),
                    None => formatter.write_str("; its command stands beside it"),
                }
            }
            Self::Namespace(name) => {
                write!(formatter, "`{}` cannot be the namespace of what it asks for", shown(name))
            }
            Self::Malformed(what, text) => {
                write!(formatter, "`{}` cannot be a {what}", shown(text))
            }
            Self::Path(path) => write!(
                formatter,
                "`{}` is none of the paths that are asked for: /readyz, /livez, /healthz and /version",
                shown(path)
            ),
        }
    }
}

/// Enough of a text to know it by, on one line.
fn shown(text: &str) -> String {
    let plain = |char: char| if char.is_control() { ' ' } else { char };
    text.chars().map(plain).take(60).collect()
}

fn near(name: &str) -> Option<String> {
    let names = RESOURCES.iter().map(Resource::name);
    names
        .map(|known| (strsim::jaro_winkler(name, &known), known))
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, known)| known)
}

impl Request {
    /// What a probe asks for.
    ///
    /// # Errors
    ///
    /// Why it is not asked.
    pub fn of(probe: &Probe) -> Result<Self, Refusal> {
        match probe.kind {
            ProbeKind::Api => objects(probe),
            ProbeKind::Raw => raw(probe),
            ProbeKind::Etcd | ProbeKind::Node | ProbeKind::Manual => Err(Refusal::Manual),
        }
    }

    /// The path, with selector, without limit and continuation.
    pub fn path(&self) -> &str {
        let (Self::List { path } | Self::Object { path } | Self::Raw { path }) = self;
        path
    }
}

impl fmt::Display for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "GET {}", self.path())
    }
}

fn objects(probe: &Probe) -> Result<Request, Refusal> {
    let name = probe.resource.as_deref().ok_or(Refusal::Incomplete("resource"))?;
    if probe.jq.is_none() {
        return Err(Refusal::Incomplete("jq"));
    }
    let bare = name.split('.').next().unwrap_or_default();
    if matches!(bare.to_ascii_lowercase().as_str(), "secret" | "secrets") {
        return Err(Refusal::Secrets);
    }
    let resource =
        Resource::named(name).ok_or_else(|| Refusal::UnknownResource(name.to_owned()))?;
    let namespace = match probe.namespace.as_deref() {
        Some(namespace) if !resource.namespaced => {
            return Err(Refusal::Namespace(namespace.to_owned()));
        }
        Some("*") if probe.name.is_none() => None,
        Some(namespace) => Some(segment("namespace", namespace)?),
        // kubectl would take the namespace of the context, which a plan cannot know.
        None if resource.namespaced => return Err(Refusal::Incomplete("namespace")),
        None => None,
    };
    let mut path = resource.path(namespace);
    if let Some(name) = probe.name.as_deref() {
        if probe.selector.is_some() {
            return Err(Refusal::Malformed("selector of one object", name.to_owned()));
        }
        path.push('/');
        path.push_str(segment("name", name)?);
        return Ok(Request::Object { path });
    }
    if let Some(selector) = probe.selector.as_deref() {
        if selector.len() > LONGEST || selector.chars().any(char::is_control) {
            return Err(Refusal::Malformed("selector", selector.to_owned()));
        }
        path.push_str("?labelSelector=");
        encode(&mut path, selector);
    }
    Ok(Request::List { path })
}

/// A part of a path: the names of Kubernetes and nothing else, so that nobody steps out of it.
fn segment<'a>(what: &'static str, text: &'a str) -> Result<&'a str, Refusal> {
    let letters = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':'));
    let good = letters && !text.is_empty() && text.len() <= LONGEST && !matches!(text, "." | "..");
    good.then_some(text).ok_or_else(|| Refusal::Malformed(what, text.to_owned()))
}

fn raw(probe: &Probe) -> Result<Request, Refusal> {
    let path = probe.path.as_deref().ok_or(Refusal::Incomplete("path"))?;
    let refused = || Refusal::Path(path.to_owned());
    let (bare, query) =
        path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let health = HEALTH.iter().any(|known| {
        let below = bare.strip_prefix(known);
        below.is_some_and(|below| {
            below.is_empty()
                || below
                    .strip_prefix('/')
                    .is_some_and(|part| part.split('/').all(|part| segment("path", part).is_ok()))
        })
    });
    let plain = query.is_none_or(|query| {
        health
            && query.split('&').all(|pair| {
                pair == "verbose"
                    || pair
                        .strip_prefix("exclude=")
                        .is_some_and(|part| segment("path", part).is_ok())
            })
    });
    if (health || bare == VERSION) && plain {
        Ok(Request::Raw { path: path.to_owned() })
    } else {
        Err(refused())
    }
}

/// A value of a query, percent-encoded.
fn encode(path: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            _ = write!(path, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;
    use super::Request;
    use crate::plan::Probe;
    use crate::plan::ProbeKind;

    fn path(probe: &Probe) -> String {
        Request::of(probe).unwrap().path().to_owned()
    }

    #[test]
    fn a_probe_becomes_the_path_that_kubectl_would_ask_for() {
        let pods = Probe::api("pods", Some("kube-system"), ".").labelled("tier=control-plane");
        let config = Probe::api("configmaps", Some("kube-system"), ".").named("kubeadm-config");
        for (probe, expected) in [
            (Probe::api("nodes", None, "."), "/api/v1/nodes"),
            (pods, "/api/v1/namespaces/kube-system/pods?labelSelector=tier%3Dcontrol-plane"),
            (config, "/api/v1/namespaces/kube-system/configmaps/kubeadm-config"),
            (
                Probe::api("poddisruptionbudgets.policy", Some("*"), "."),
                "/apis/policy/v1/poddisruptionbudgets",
            ),
            (Probe::raw("/readyz"), "/readyz"),
            (Probe::raw("/readyz/etcd?verbose"), "/readyz/etcd?verbose"),
            (Probe::raw("/livez?verbose&exclude=etcd"), "/livez?verbose&exclude=etcd"),
            (
                Probe::raw("/healthz/poststarthook/start-apiextensions-controllers"),
                "/healthz/poststarthook/start-apiextensions-controllers",
            ),
            (Probe::raw("/version"), "/version"),
        ] {
            assert_eq!(path(&probe), expected);
        }
    }

    #[test]
    fn nothing_else_is_asked_for() {
        let secrets = [
            Probe::api("secrets", Some("*"), "."),
            Probe::api("Secret", Some("kube-system"), "."),
            Probe::api("secrets.v1.", Some("kube-system"), "."),
        ];
        for probe in secrets {
            assert_eq!(Request::of(&probe), Err(Refusal::Secrets));
        }
        let refused = [
            Probe::api("deploy", Some("x"), "."),
            Probe::api("nodes/proxy", None, "."),
            Probe::api("pods", None, "."),
            Probe::api("pods", Some("../../secrets"), "."),
            Probe::api("pods", Some(".."), "."),
            Probe::api("pods", Some("a b"), "."),
            Probe::api("pods", Some("%2e%2e"), "."),
            Probe::api("nodes", Some("kube-system"), "."),
            Probe::api("pods", Some("*"), ".").named("x"),
            Probe::api("nodes", None, ".").named("w-1/proxy/run"),
            Probe::api("nodes", None, ".").named("w-1?x=y"),
            Probe::api("nodes", None, ".").named(""),
            Probe::api("nodes", None, ".").labelled("a=b\nc"),
            Probe::raw("/api/v1/secrets"),
            Probe::raw("/readyz/../api/v1/secrets"),
            Probe::raw("/readyz//x"),
            Probe::raw("/readyz/%2e%2e/api"),
            Probe::raw("/readyzx"),
            Probe::raw("/version?x=y"),
            Probe::raw("/readyz?exclude=../x"),
            Probe::raw("readyz"),
            Probe::raw("//evil.example/readyz"),
            Probe::raw("https://evil.example/readyz"),
            Probe::raw("/metrics"),
            Probe::raw(""),
        ];
        for probe in refused {
            assert!(Request::of(&probe).is_err(), "{probe:?}");
        }
        let node = Probe::command(ProbeKind::Node, "true");
        assert_eq!(Request::of(&node), Err(Refusal::Manual));
    }

    #[test]
    fn an_unknown_kind_gets_a_suggestion() {
        let refusal = Request::of(&Probe::api("deployment.apps", Some("*"), ".")).unwrap_err();
        assert!(refusal.to_string().contains("did you mean `deployments.apps`?"), "{refusal}");
    }
}

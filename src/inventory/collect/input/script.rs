//! Reads what our script wrote.
//!
//! The first line is [`HEAD`]. Sections begin with `#begin NAME` and end with `#end NAME STATUS`;
//! what failed said so in lines that begin with `#! `. Sections of objects have one object a line,
//! its fields separated by tabs, in the order of the tables here; the other sections hold what a
//! tool printed.

use jiff::Timestamp;

use super::Form;
use super::Piece;
use super::Role;
use super::Sink;
use super::fault::Fault;
use super::rows;
use super::window::LARGEST;
use super::window::Window;
use crate::inventory::Unknown;
use crate::inventory::collect::Kind;
use crate::inventory::collect::object::Object;

/// The beginning of the output.
pub(super) const HEAD: &str = "#kubehop-inventory 1";

/// What a line or a section says.
#[derive(Debug)]
pub(crate) enum Row {
    /// An object.
    Object(Kind, Box<Object>),
    /// The objects of this kind in `kube-system` are all there.
    Listed(Kind),
    /// A call that failed.
    Failed(Unknown),
    /// When the cluster was looked at.
    LookedAt(Timestamp),
}

/// How a section is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// One object of this kind a line.
    Rows(Kind),
    /// A document as a tool printed it.
    Json,
    /// A document as a tool printed it.
    Yaml,
}

/// The sections of the script, and the command that settles what each would have said.
const SECTIONS: [(&str, Content, &str); 12] = [
    ("nodes", Content::Rows(Kind::Node), "kubectl get nodes -o yaml"),
    ("pods", Content::Rows(Kind::Pod), "kubectl -n kube-system get pods -o yaml"),
    ("daemonsets", Content::Rows(Kind::DaemonSet), "kubectl -n kube-system get daemonsets -o yaml"),
    (
        "deployments",
        Content::Rows(Kind::Deployment),
        "kubectl -n kube-system get deployments -o yaml",
    ),
    ("namespace", Content::Rows(Kind::Namespace), "kubectl get namespace kube-system -o yaml"),
    (
        "kubeadm-config",
        Content::Yaml,
        "kubectl -n kube-system get configmap kubeadm-config -o yaml",
    ),
    (
        "kubelet-config",
        Content::Yaml,
        "kubectl -n kube-system get configmap kubelet-config -o yaml",
    ),
    ("kube-proxy-config", Content::Yaml, "kubectl -n kube-system get configmap kube-proxy -o yaml"),
    ("kubectl-version", Content::Json, "kubectl version -o json"),
    ("kubeadm-version", Content::Json, "kubeadm version -o json"),
    ("etcd-members", Content::Json, "etcdctl member list -w json"),
    ("etcd-status", Content::Json, "etcdctl endpoint status --cluster -w json"),
];

/// A section that is being read.
struct Section {
    name: &'static str,
    content: Content,
    settle: &'static str,
    text: String,
    line: usize,
}

/// Reads the sections, one after the other. Those of a later script are left unread.
pub(super) fn read(window: &mut Window<'_>, sink: &mut dyn Sink) -> Result<(), Fault> {
    sink.known();
    let mut section: Option<Section> = None;
    let mut ended = false;
    while let Some(length) = window.line_length()? {
        let number = window.line();
        let line = std::str::from_utf8(&window.bytes()[..length])
            .map_err(|_| Fault::Syntax { line: number })?
            .trim_end_matches(['\n', '\r']);
        ended = line == "#done";
        if let Some(moment) = line.strip_prefix("#taken ") {
            if let Ok(moment) = moment.parse() {
                sink.row(Row::LookedAt(moment))?;
            }
        } else if let Some(name) = line.strip_prefix("#begin ") {
            section = Section::named(name, number + 1);
        } else if let Some(end) = line.strip_prefix("#end ") {
            let status = end.rsplit_once(' ').map_or(end, |(_, status)| status);
            if let Some(section) = section.take() {
                section.end(status, sink)?;
            }
        } else if !line.starts_with('#')
            && let Some(section) = &mut section
        {
            section.add(line, number, sink)?;
        }
        window.consume(length);
    }
    // The last line is not there where the script was stopped, or the file was cut off.
    if ended { Ok(()) } else { Err(Fault::CutOff { line: window.line() }) }
}

impl Section {
    fn named(name: &str, line: usize) -> Option<Self> {
        let (name, content, settle) = SECTIONS.into_iter().find(|(known, ..)| *known == name)?;
        Some(Self { name, content, settle, text: String::new(), line })
    }

    fn add(&mut self, line: &str, number: usize, sink: &mut dyn Sink) -> Result<(), Fault> {
        if let Content::Rows(kind) = self.content {
            let object = rows::object(kind, line).ok_or(Fault::Form { line: number })?;
            return sink.row(Row::Object(kind, Box::new(object)));
        }
        if self.text.len() + line.len() > LARGEST {
            return Err(Fault::TooLarge { line: number });
        }
        self.text.push_str(line);
        self.text.push('\n');
        Ok(())
    }

    fn end(self, status: &str, sink: &mut dyn Sink) -> Result<(), Fault> {
        let Self { name, content, settle, text, line } = self;
        if status != "0" {
            sink.row(Row::Failed(Unknown {
                id: format!("not-read-{name}"),
                text: format!("the script could not read {name}; its output says why"),
                settle: settle.to_owned(),
            }))?;
        }
        if let (Content::Rows(kind), "0") = (content, status) {
            sink.row(Row::Listed(kind))?;
        }
        if text.trim().is_empty() {
            return Ok(());
        }
        let form = match content {
            Content::Rows(_) => return Ok(()),
            Content::Yaml => Form::Yaml(&text),
            Content::Json => return json(&text, line, sink),
        };
        sink.piece(&Piece { form, role: Role::Whole, line })
    }
}

/// What a tool printed as JSON; `etcdctl` prints a list.
fn json(text: &str, line: usize, sink: &mut dyn Sink) -> Result<(), Fault> {
    let mut bytes = text.as_bytes();
    super::json::read(&mut Window::at(&mut bytes, line), sink)
}

//! From objects to facts: which kind an object is, and who keeps what it says.

use std::io::Read;

use super::Kind;
use super::Options;
use super::Recognised;
use super::config::ClusterConfiguration;
use super::config::Gates;
use super::image;
use super::input;
use super::input::Piece;
use super::input::Role;
use super::input::Row;
use super::input::Sink;
use super::input::fault::Fault;
use super::object::Head;
use super::object::Object;
use super::seen::Seen;
use super::seen::Source;
use crate::diagnostic::Diagnostic;
use crate::version::MinorVersion;

/// Reads one text.
pub(super) fn read(
    seen: &mut Seen,
    options: &Options,
    source: &Source,
    input: &mut dyn Read,
) -> Result<Recognised, Diagnostic> {
    let mut observer =
        Observer { seen, options, source, recognised: Recognised::default(), known: false };
    match input::read(input, &mut observer) {
        Err(fault) if !observer.known && fault.may_be_another_kind() => Ok(Recognised::default()),
        Err(fault) => Err(fault.diagnostic(source)),
        Ok(()) => Ok(observer.recognised),
    }
}

struct Observer<'a> {
    seen: &'a mut Seen,
    options: &'a Options,
    source: &'a Source,
    recognised: Recognised,
    known: bool,
}

impl Sink for Observer<'_> {
    fn known(&mut self) {
        self.known = true;
    }

    fn piece(&mut self, piece: &Piece<'_>) -> Result<(), Fault> {
        let object: Object = match piece.read() {
            Ok(object) => object,
            Err(fault) => return self.unreadable(piece, fault),
        };
        let of_the_list = match piece.role {
            Role::Item(kind) => kind,
            Role::Whole => None,
        };
        let kind = match object.kind_name(of_the_list) {
            "" => return self.answer(object),
            // What stands around the items of a list.
            name if piece.role == Role::Whole && name.ends_with("List") => return Ok(()),
            name => Kind::named(name),
        };
        if kind == Kind::Configuration {
            self.configuration(&object.kind, piece)?;
        } else {
            self.seen.object(kind, &object, self.options, self.source)?;
        }
        self.found(kind);
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), Fault> {
        self.known = true;
        match row {
            Row::Object(kind, object) => {
                self.seen.object(kind, &object, self.options, self.source)?;
                self.found(kind);
            }
            Row::Listed(kind) => {
                self.seen.system_pods |= kind == Kind::Pod;
                self.seen.system_daemon_sets |= kind == Kind::DaemonSet;
            }
            Row::Failed(unknown) => {
                self.seen.failed.insert(unknown);
                self.found(Kind::FailedCall);
            }
            Row::LookedAt(moment) => {
                self.seen.observed_at = self.seen.observed_at.max(Some(moment));
            }
        }
        Ok(())
    }
}

impl Observer<'_> {
    fn found(&mut self, kind: Kind) {
        self.known |= kind != Kind::Other;
        self.recognised.add(kind);
    }

    /// An object of a kind that is not read may have keys of the same names with other content.
    fn unreadable(&mut self, piece: &Piece<'_>, fault: Fault) -> Result<(), Fault> {
        let Head { kind } = piece.read().map_err(|_| fault.clone())?;
        let kind = match piece.role {
            Role::Item(Some(of_the_list)) if kind.is_empty() => of_the_list,
            _ => kind.as_str(),
        };
        if Kind::named(kind) != Kind::Other {
            return Err(fault);
        }
        self.recognised.add(Kind::Other);
        Ok(())
    }

    /// Answers that are no objects of Kubernetes.
    fn answer(&mut self, object: Object) -> Result<(), Fault> {
        let Object {
            client_version,
            server_version,
            kustomize_version,
            endpoint,
            endpoint_status,
            header,
            members,
            ..
        } = object;
        if let Some(status) = endpoint_status.filter(|_| !endpoint.is_empty()) {
            self.seen.etcd.status(&endpoint, status, self.source)?;
            self.found(Kind::EtcdMember);
            return Ok(());
        }
        if let Some(members) = members {
            for _ in &members {
                self.found(Kind::EtcdMember);
            }
            self.seen.etcd.list(&header, members, self.source)?;
            return Ok(());
        }
        let client = client_version.as_ref().and_then(|build| image::release(&build.git_version));
        let server = server_version.as_ref().and_then(|build| image::release(&build.git_version));
        if client_version.is_none() && server_version.is_none() {
            self.recognised.add(Kind::Other);
            return Ok(());
        }
        self.known = true;
        // kubeadm answers with its own version only, as does kubectl before it named kustomize. Where
        // the two cannot be told apart it is nobody's.
        let kubectl = kustomize_version.is_some() || server_version.is_some();
        self.seen.clients.extend(client.filter(|_| kubectl));
        self.seen.servers.extend(server);
        self.found(Kind::Version);
        Ok(())
    }

    /// A configuration file of its own.
    fn configuration(&mut self, kind: &str, piece: &Piece<'_>) -> Result<(), Fault> {
        let settings = &mut self.seen.settings;
        match kind {
            "ClusterConfiguration" => {
                settings.cluster(piece.read::<ClusterConfiguration>()?, self.source)?;
            }
            "KubeletConfiguration" => {
                settings.kubelet_of(None::<MinorVersion>, piece.read::<Gates>()?, self.source)?;
            }
            _ => settings.kube_proxy(piece.read::<Gates>()?, self.source)?,
        }
        Ok(())
    }
}

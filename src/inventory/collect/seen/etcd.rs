//! What etcd says of itself.

use std::collections::BTreeMap;

use super::super::object::EndpointStatus;
use super::super::object::Header;
use super::super::object::Member;
use super::Source;
use super::Sourced;
use super::once;
use super::two_clusters;
use crate::diagnostic::Diagnostic;
use crate::version::EtcdVersion;

/// The most members that are kept; etcd advises seven.
const MOST_MEMBERS: usize = 100;

/// What etcd says of itself, by the id of the member.
#[derive(Debug, Default)]
pub(in super::super) struct SeenEtcd {
    /// The members.
    pub(in super::super) members: BTreeMap<u64, Sourced<SeenMember>>,
    /// Whether etcd listed its members, so that there are no others.
    pub(in super::super) listed: bool,
    cluster: Option<Sourced<u64>>,
}

/// What is said of a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct SeenMember {
    /// Its name; empty: not told, or not started yet.
    pub(in super::super) name: String,
    /// Its version.
    pub(in super::super) version: Option<EtcdVersion>,
    /// The hosts under which it is reached.
    pub(in super::super) hosts: Vec<String>,
    /// What must be settled before an upgrade.
    pub(in super::super) problems: Vec<String>,
}

impl SeenEtcd {
    /// One answer of `etcdctl endpoint status`.
    pub(in super::super) fn status(
        &mut self,
        endpoint: &str,
        status: EndpointStatus,
        source: &Source,
    ) -> Result<(), Diagnostic> {
        let EndpointStatus { header, version, is_learner, errors } = status;
        self.same_cluster(&header, source)?;
        let version: Option<EtcdVersion> = version.parse().ok();
        let member = self.member(header.member_id, source)?;
        if let (Some(known), Some(new)) = (&member.value.version, &version)
            && known != new
        {
            let (older, newer) = (known.min(new), known.max(new));
            let what = format!("the member {:x} runs {older} and {newer}", header.member_id);
            return Err(two_clusters(
                what,
                &member.source,
                source,
                "give answers of etcdctl that were taken together",
            ));
        }
        let seen = &mut member.value;
        seen.version = version.or(seen.version.take());
        // Only the host: an endpoint may carry a password.
        seen.hosts.extend(host(endpoint));
        seen.problems.extend(errors.iter().map(|error| error.trim().to_owned()));
        if is_learner {
            seen.problems.push(LEARNER.to_owned());
        }
        seen.tidy();
        Ok(())
    }

    /// An answer of `etcdctl member list`.
    pub(in super::super) fn list(
        &mut self,
        header: &Header,
        members: Vec<Member>,
        source: &Source,
    ) -> Result<(), Diagnostic> {
        self.same_cluster(header, source)?;
        self.listed = true;
        for Member { id, name, peer_urls, client_urls, is_learner } in members {
            let seen = &mut self.member(id, source)?.value;
            seen.hosts.extend(client_urls.iter().chain(&peer_urls).filter_map(|url| host(url)));
            if name.is_empty() {
                seen.problems.push("has not started yet".to_owned());
            } else {
                seen.name = name;
            }
            if is_learner {
                seen.problems.push(LEARNER.to_owned());
            }
            seen.tidy();
        }
        Ok(())
    }

    fn same_cluster(&mut self, header: &Header, source: &Source) -> Result<(), Diagnostic> {
        once(&mut self.cluster, header.cluster_id, source, || {
            "they are of two clusters of etcd".to_owned()
        })
    }

    fn member(&mut self, id: u64, source: &Source) -> Result<&mut Sourced<SeenMember>, Diagnostic> {
        if self.members.len() == MOST_MEMBERS && !self.members.contains_key(&id) {
            return Err(Diagnostic::error(format!(
                "`{source}` has more than {MOST_MEMBERS} members of etcd"
            ))
            .help("give the answers of the etcd of one cluster"));
        }
        let none = || Sourced { value: SeenMember::default(), source: source.clone() };
        Ok(self.members.entry(id).or_insert_with(none))
    }
}

const LEARNER: &str = "is a learner, which has no vote yet";

impl SeenMember {
    /// Puts the lists in an order that does not depend on that of the answers.
    fn tidy(&mut self) {
        for list in [&mut self.hosts, &mut self.problems] {
            list.sort();
            list.dedup();
        }
    }
}

/// The host of a URL or of `host:port`, without a user that may stand in front.
pub(in super::super) fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    Some(host.to_owned()).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn a_host_is_what_stands_between_scheme_and_port() {
        for (url, expected) in [
            ("https://etcd-1.example:2379", Some("etcd-1.example")),
            ("https://root:secret@10.0.0.1:2379/path", Some("10.0.0.1")),
            ("https://[fd00::1]:2379", Some("fd00::1")),
            ("10.0.0.1:2379", Some("10.0.0.1")),
            ("https://", None),
        ] {
            assert_eq!(host(url).as_deref(), expected, "{url}");
        }
    }
}

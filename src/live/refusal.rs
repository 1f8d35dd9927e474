//! What is said where a live cluster cannot be read: which side is at fault, and what to do.

use crate::diagnostic::Diagnostic;
use crate::inventory::Unknown;

use super::access::Access;
use super::destination::Credentials;
use super::destination::Destination;
use super::endpoints::Endpoint;
use super::endpoints::Target;
use super::failure::Failure;
use super::failure::Trouble;

/// What could not be read because a permission is missing: one unknown for all that takes it.
pub(super) fn not_permitted(code: u16, endpoints: &[&Endpoint]) -> Option<Unknown> {
    let (first, others) = endpoints.split_first()?;
    let permission = first.permission();
    let what: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.what).collect();
    let why = match code {
        401 => "the API server did not accept the user (401) for",
        _ => "the user is not permitted",
    };
    let settle = match first.target {
        Target::List { resource, .. } if !others.is_empty() => {
            format!("{} -o json", resource.kubectl())
        }
        _ => first.settle(),
    };
    Some(Unknown {
        id: format!("not-permitted-{}", permission.id()),
        text: format!("{} could not be read: {why} {permission}", what.join("; ")),
        settle,
    })
}

/// What could not be read because the API server failed.
pub(super) fn not_given(endpoint: &Endpoint, code: u16, message: &str) -> Unknown {
    let what = endpoint.what;
    let said = if message.is_empty() { String::new() } else { format!(", {message}") };
    Unknown {
        id: format!("not-given-{}", endpoint.id),
        text: format!("{what} could not be read: the API server answered {code}{said}"),
        settle: endpoint.settle(),
    }
}

/// The user may read nothing at all.
pub(super) fn forbidden(destination: &Destination, endpoint: &Endpoint) -> Diagnostic {
    Diagnostic::error(format!(
        "{} permits the user nothing of what an inventory is made of, not even {}",
        destination.cluster,
        endpoint.permission()
    ))
    .help("an administrator can grant it: kubehop inventory --rbac | kubectl apply -f -")
}

/// The API server knows nobody by these credentials.
pub(super) fn unauthorized(destination: &Destination, access: &Access) -> Diagnostic {
    let cluster = &destination.cluster;
    let refused = |who: &str| format!("{cluster} does not accept {who}: every request gives 401");
    match &destination.credentials {
        Credentials::None => Diagnostic::error(format!(
            "{cluster} asks who is there, and the kubeconfig has no credentials for its user"
        ))
        .help("add a token, a certificate or a credential plugin to the user"),
        Credentials::Certificate { user, until: Some(until) } if *until < access.now => {
            client_expired(user, &until.to_string())
        }
        Credentials::Certificate { user, .. } => {
            Diagnostic::error(refused(&format!("the client certificate of user `{user}`"))).help(
                "the certificate is within its time, so another authority may have issued it: \
                 fetch the kubeconfig of this cluster anew",
            )
        }
        Credentials::Token { user } => {
            Diagnostic::error(refused(&format!("the token or password of user `{user}`")))
                .help("it may have expired: log in anew, or fetch a new token")
        }
        Credentials::Plugin { user, command } => Diagnostic::error(refused(&format!(
            "what the credential plugin `{command}` gives for user `{user}`"
        )))
        .help("log in anew with the plugin, and check that its account may use this cluster"),
        Credentials::ServiceAccount => {
            Diagnostic::error(refused("the service account of this pod"))
                .help("check that its token is mounted, and for this cluster")
        }
    }
}

fn client_expired(user: &str, when: &str) -> Diagnostic {
    Diagnostic::error(format!("the client certificate of user `{user}` expired at {when}"))
        .help("renew it, under kubeadm with `kubeadm certs renew admin.conf`, and copy the new kubeconfig")
}

/// The API server cannot be talked to, so that there is nothing to go on with.
pub(super) fn failed(
    destination: &Destination,
    access: &Access,
    path: &str,
    failure: &Failure,
) -> Diagnostic {
    let Destination { cluster, server, .. } = destination;
    let proxied = destination.config.proxy_url.is_some();
    let through = if proxied { " through its proxy" } else { "" };
    let unreachable = |why: &str| {
        Diagnostic::error(format!("cannot reach {cluster} at {server}{through}: {why}"))
    };
    match failure {
        Failure::Status { code: 401, .. } => unauthorized(destination, access),
        Failure::Status { code, message, .. } => {
            let said = if message.is_empty() { String::new() } else { format!(", {message}") };
            Diagnostic::error(format!("{cluster} answers `GET {path}` with {code}{said}")).help(
                "try again when it is well; check with `kubectl get --raw /readyz`, and that \
                 `server` in the kubeconfig is a Kubernetes API server",
            )
        }
        Failure::TimedOut => Diagnostic::error(format!(
            "{cluster} at {server} did not complete `GET {path}`{through} within {}",
            seconds(access.timeout.as_secs())
        ))
        .help("check network, VPN and proxy, or allow more time with `--timeout SECONDS`"),
        Failure::TooLarge => {
            Diagnostic::error(format!("{cluster} answers `GET {path}` with more than 1 GiB"))
                .help("check that `server` in the kubeconfig is a Kubernetes API server")
        }
        Failure::Transport(trouble) => match trouble {
            Trouble::Refused => unreachable("the connection is refused").help(
                "check that the kube-apiserver runs, and the address in the kubeconfig",
            ),
            Trouble::NoSuchHost => unreachable("the name of the host is not known")
                .help("check the address in the kubeconfig, DNS and VPN"),
            Trouble::NoRoute => unreachable("there is no route to the host")
                .help("check network and VPN, and the address in the kubeconfig"),
            Trouble::Closed => unreachable("the connection was closed before the answer").help(
                "try again; if it happens each time, look at what stands before the API server",
            ),
            Trouble::NotTls => unreachable("what answers there does not speak TLS")
                .help("check the port, and `https://` or `http://`, of `server` in the kubeconfig"),
            Trouble::ServerExpired => unreachable("the certificate of the server has expired")
                .help("renew it on the control plane, under kubeadm with `kubeadm certs renew apiserver`; check the clock of this machine too"),
            Trouble::ServerNotYetValid => {
                unreachable("the certificate of the server is not valid yet")
                    .help("check the clock of this machine, and that of the control plane")
            }
            Trouble::ServerUntrusted => unreachable(
                "nobody whom the kubeconfig trusts vouches for the certificate of the server",
            )
            .help("the cluster may have been built anew: fetch its kubeconfig anew, or mend `certificate-authority`"),
            Trouble::ServerOtherName => unreachable("the certificate of the server is for other names")
                .help("use an address that the certificate has, or set `tls-server-name` in the kubeconfig"),
            Trouble::ClientExpired => match &destination.credentials {
                Credentials::Certificate { user, until: Some(until) } => {
                    client_expired(user, &until.to_string())
                }
                _ => unreachable("the server says that the client certificate has expired")
                    .help("log in anew, or renew the certificate"),
            },
            Trouble::ClientRefused => {
                unreachable("the server does not accept the client certificate").help(
                    "another authority may have issued it: fetch the kubeconfig of this cluster anew",
                )
            }
            Trouble::Identity(why) => Diagnostic::error(format!(
                "the certificate or the key of the user cannot be used: {why}"
            ))
            .help("check `client-certificate`, `client-key` and `certificate-authority` in the kubeconfig"),
            Trouble::Other(why) => unreachable(why)
                .help("check the address in the kubeconfig with `kubectl version`"),
        },
    }
}

fn seconds(count: u64) -> String {
    if count == 1 { "1 second".to_owned() } else { format!("{count} seconds") }
}

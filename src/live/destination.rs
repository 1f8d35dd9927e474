//! From a kubeconfig to whom to ask, and as whom.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use kube::Config;
use kube::config::AuthInfo;
use kube::config::Kubeconfig;
use kube::config::KubeconfigError;

use crate::diagnostic::Diagnostic;

use super::access::Access;
use super::access::Files;
use super::access::Login;
use super::certificate;
use super::failure;
use super::kubeconfig::alike;
use super::kubeconfig::known;
use super::kubeconfig::load;
use super::kubeconfig::shown;
use super::plugin;
use super::proxy;

/// Whom to ask, and as whom.
pub(super) struct Destination {
    /// What kube needs to connect.
    pub(super) config: Config,
    /// What a message calls the cluster, such as "the API server of context `prod`".
    pub(super) cluster: String,
    /// The name of the context.
    pub(super) context: Option<String>,
    /// The address of the API server, without a password.
    pub(super) server: String,
    /// How the user proves who they are.
    pub(super) credentials: Credentials,
}

/// How a user proves who they are, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Credentials {
    /// Not at all.
    None,
    /// By a certificate of the kubeconfig, valid until then where that could be read.
    Certificate { user: String, until: Option<Timestamp> },
    /// By a token, or a password, of the kubeconfig.
    Token { user: String },
    /// By what a program gave.
    Plugin { user: String, command: String },
    /// As a pod.
    ServiceAccount,
}

/// Reads the kubeconfig, asks the credential plugin, chooses the proxy.
pub(super) fn of(access: &Access) -> Result<Destination, Diagnostic> {
    let mut destination = match &access.login {
        Login::InCluster => in_cluster()?,
        Login::Kubeconfig { files, context } => from_files(files, context.as_deref(), access)?,
    };
    let config = &mut destination.config;
    config.connect_timeout = Some(access.timeout);
    // Retries and time limits are those of `Connection`.
    config.default_retry = false;
    config.write_timeout = None;
    Ok(destination)
}

fn in_cluster() -> Result<Destination, Diagnostic> {
    let config = Config::incluster().map_err(|error| {
        Diagnostic::error(format!("there is no service account to log in as: {error}")).help(
            "`--in-cluster` works inside a pod with a mounted service account token; elsewhere \
             use `--context CTX`",
        )
    })?;
    let server = without_password(&config.cluster_url);
    Ok(Destination {
        config,
        cluster: "the API server of this cluster".to_owned(),
        context: None,
        server,
        credentials: Credentials::ServiceAccount,
    })
}

fn from_files(
    files: &Files,
    context: Option<&str>,
    access: &Access,
) -> Result<Destination, Diagnostic> {
    let mut kubeconfig = load(files)?;
    let name = match context {
        Some(name) => name.to_owned(),
        None => {
            kubeconfig.current_context.clone().filter(|name| !name.is_empty()).ok_or_else(|| {
                Diagnostic::error(format!("{} names no current context", shown(files)))
                    .help(format!("choose one with `--context CTX`; {}", known(&kubeconfig)))
            })?
        }
    };
    let found = kubeconfig.contexts.iter().find(|context| context.name == name);
    let Some(found) = found.and_then(|context| context.context.as_ref()) else {
        return Err(Diagnostic::error(format!("{} has no context `{name}`", shown(files)))
            .help(format!("{}{}", alike(&name, &kubeconfig), known(&kubeconfig))));
    };
    let user = found.user.clone().unwrap_or_default();
    if !user.is_empty() && !kubeconfig.auth_infos.iter().any(|info| info.name == user) {
        return Err(Diagnostic::error(format!(
            "context `{name}` is for user `{user}`, whom {} does not have",
            shown(files)
        ))
        .help("add the user to the kubeconfig, or choose another context"));
    }
    let cluster = found.cluster.clone();
    let own_proxy = take_proxy(&mut kubeconfig, &cluster);
    kubeconfig.current_context = Some(name.clone());
    let mut config = Config::try_from(kubeconfig).map_err(|error| wrong(&error, &name, files))?;
    let credentials = prove(&mut config.auth_info, &user, access)?;
    let server = without_password(&config.cluster_url);
    config.proxy_url = proxy_of(own_proxy, &config.cluster_url, access)?;
    Ok(Destination {
        config,
        cluster: format!("the API server of context `{name}`"),
        context: Some(name),
        server,
        credentials,
    })
}

/// Takes the proxy out of a cluster. What is put in its place keeps kube from reading the
/// environment, where it does not regard `NO_PROXY`.
fn take_proxy(kubeconfig: &mut Kubeconfig, cluster: &str) -> Option<String> {
    let mut named = kubeconfig.clusters.iter_mut().filter(|named| named.name == cluster);
    let cluster = named.next()?.cluster.as_mut()?;
    cluster.proxy_url.replace("http://chosen.later".to_owned())
}

/// What is wrong with the chosen context.
fn wrong(error: &KubeconfigError, context: &str, files: &Files) -> Diagnostic {
    let file = shown(files);
    match error {
        KubeconfigError::LoadClusterOfContext(cluster) => Diagnostic::error(format!(
            "context `{context}` is for cluster `{cluster}`, which {file} does not have"
        ))
        .help("add the cluster to the kubeconfig, or choose another context"),
        KubeconfigError::MissingClusterUrl => Diagnostic::error(format!(
            "the cluster of context `{context}` has no `server` in {file}"
        ))
        .help("add the address of its API server, such as `https://api.example:6443`"),
        KubeconfigError::ParseClusterUrl(error) => Diagnostic::error(format!(
            "the `server` of context `{context}` in {file} is not an address: {error}"
        ))
        .help("it requires a form such as `https://api.example:6443`"),
        KubeconfigError::LoadCertificateAuthority(_) | KubeconfigError::ParseCertificates(_) => {
            Diagnostic::error(format!(
                "the certificate authority of context `{context}` cannot be read: {}",
                failure::chain(error)
            ))
            .help("check `certificate-authority` or `certificate-authority-data` of its cluster")
        }
        other => Diagnostic::error(format!(
            "context `{context}` of {file} cannot be used: {}",
            failure::chain(other)
        ))
        .help("check it with `kubectl config view`"),
    }
}

/// Makes the user's credentials ready, by the plugin where there is one.
fn prove(info: &mut AuthInfo, user: &str, access: &Access) -> Result<Credentials, Diagnostic> {
    let exec = info.exec.take();
    let user = user.to_owned();
    if info.token.is_some() || info.token_file.is_some() || info.username.is_some() {
        if let Some(path) = info.token_file.as_ref().filter(|_| info.token.is_none()) {
            std::fs::metadata(path).map_err(|error| {
                Diagnostic::error(format!("cannot read the token file `{path}`: {error}"))
                    .help(format!("user `{user}` of the kubeconfig names it"))
            })?;
        }
        return Ok(Credentials::Token { user });
    }
    if let Some(exec) = exec {
        let command = exec.command.clone().unwrap_or_default();
        let answer = plugin::run(&exec, &user, access.interactive)?;
        info.token = answer.token.map(Into::into);
        if let Some((certificate, key)) = answer.certificate {
            info.client_certificate_data = Some(STANDARD.encode(certificate));
            info.client_key_data = Some(STANDARD.encode(key).into());
        }
        return Ok(Credentials::Plugin { user, command });
    }
    if info.auth_provider.is_some() {
        return Ok(Credentials::Token { user });
    }
    let pem = match (&info.client_certificate_data, &info.client_certificate) {
        (Some(data), _) => STANDARD.decode(data.split_whitespace().collect::<String>()).ok(),
        (None, Some(path)) => std::fs::read(path).ok(),
        (None, None) => return Ok(Credentials::None),
    };
    let until = pem.and_then(|pem| certificate::valid_until(&pem));
    Ok(Credentials::Certificate { user, until })
}

/// The proxy: that of the cluster in the kubeconfig, or that of the environment.
fn proxy_of(
    own: Option<String>,
    server: &http::Uri,
    access: &Access,
) -> Result<Option<http::Uri>, Diagnostic> {
    let https = server.scheme_str() != Some("http");
    let port = server.port_u16().unwrap_or(if https { 443 } else { 80 });
    let own = own.filter(|own| !own.is_empty()).map(|own| proxy::with_scheme(&own));
    let chosen = own.or_else(|| access.proxy.of(https, server.host().unwrap_or_default(), port));
    let Some(chosen) = chosen else { return Ok(None) };
    let uri: Option<http::Uri> = chosen.parse().ok();
    match uri {
        Some(uri) if matches!(uri.scheme_str(), Some("http" | "socks5")) => Ok(Some(uri)),
        // The address may hold a password, so it is not shown.
        _ => Err(Diagnostic::error(
            "the proxy before the API server is of a kind that is not supported",
        )
        .help(
            "it requires an address such as `http://proxy.example:3128` or \
             `socks5://proxy.example:1080`; it stands in `proxy-url` of the kubeconfig or in the \
             environment variable HTTPS_PROXY",
        )),
    }
}

/// The address of a server, without the password that somebody may have put there.
fn without_password(url: &http::Uri) -> String {
    let scheme = url.scheme_str().unwrap_or("https");
    let authority = url.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{}", url.path().trim_end_matches('/'))
}

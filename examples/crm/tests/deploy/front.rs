//! [`Front`]: a proxy before the server, with the sample of its configuration.

use std::{fs, net::TcpListener, path::Path, process::Command};

use twilio_hooks_tests::{TempDir, programs};

use crate::{
    process::{Process, free_port},
    server::{Server, replaced},
};

const NGINX: &str = include_str!("../../deploy/nginx.conf");
const CADDY: &str = include_str!("../../deploy/Caddyfile");
/// For crm.example.com, for a hundred years.
const CERTIFICATE: &str = include_str!("tls/crm.pem");
const KEY: &str = include_str!("tls/crm.key");

#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Nginx,
    Caddy,
}

pub(crate) struct Front {
    pub(crate) http: u16,
    pub(crate) https: u16,
    _process: Process,
    _directory: TempDir,
}

impl Front {
    pub(crate) async fn start(kind: Kind, server: &Server) -> Self {
        let directory = TempDir::new();
        let (http, https) = (free_port(), free_port());
        fs::write(directory.path().join("crm.pem"), CERTIFICATE).unwrap();
        fs::write(directory.path().join("crm.key"), KEY).unwrap();
        let process = match kind {
            Kind::Nginx => nginx(directory.path(), http, https, server),
            Kind::Caddy => caddy(directory.path(), http, https, server),
        };
        Self {
            http,
            https,
            _process: process.listens(&[http, https]).await,
            _directory: directory,
        }
    }
}

fn nginx(directory: &Path, http: u16, https: u16, server: &Server) -> Process {
    let mut conf = NGINX.to_owned();
    let file = |name: &str| directory.join(name).display().to_string();
    for (sample, value) in [
        ("127.0.0.1:3000", server.address.to_string()),
        ("127.0.0.1:3001", server.next.to_string()),
        ("listen 80;", format!("listen {http};")),
        ("listen [::]:80;", format!("listen [::]:{http};")),
        ("listen 443 ", format!("listen {https} ")),
        ("listen [::]:443 ", format!("listen [::]:{https} ")),
        (
            "/etc/letsencrypt/live/crm.example.com/fullchain.pem",
            file("crm.pem"),
        ),
        (
            "/etc/letsencrypt/live/crm.example.com/privkey.pem",
            file("crm.key"),
        ),
    ] {
        conf = replaced(&conf, sample, &value);
    }
    if TcpListener::bind("[::1]:0").is_err() {
        // This machine does not know IPv6, and nginx would not start.
        conf = conf
            .lines()
            .filter(|line| !line.contains("listen [::]"))
            .collect::<Vec<_>>()
            .join("\n");
    }
    fs::write(directory.join("crm.conf"), conf).unwrap();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = temporary
        .map(|name| format!("{name}_temp_path {};\n", file(name)))
        .concat();
    // What is around the sample, and belongs to the machine.
    let main = format!(
        "daemon off;\npid nginx.pid;\nerror_log stderr;\n{}events {{}}\nhttp {{\n{temporary}include {};\n}}\n",
        if is_root() { "user root;\n" } else { "" },
        file("crm.conf"),
    );
    fs::write(directory.join("nginx.conf"), main).unwrap();
    Process::start(&programs::nginx(), directory, |command| {
        command
            .args(["-e", "stderr", "-p"])
            .arg(directory)
            .args(["-c", "nginx.conf"]);
    })
}

fn caddy(directory: &Path, http: u16, https: u16, server: &Server) -> Process {
    let program = programs::caddy();
    let ports = format!("{{\n\tadmin off\n\thttp_port {http}\n\thttps_port {https}\n\tservers {{");
    let mut file = replaced(CADDY, "{\n\tservers {", &ports);
    // Caddy would get a certificate by itself, for a name that leads to it.
    let (certificate, key) = (directory.join("crm.pem"), directory.join("crm.key"));
    let tls = format!(
        "{{$CRM_HOST:crm.example.com}} {{\n\ttls {} {}\n",
        certificate.display(),
        key.display()
    );
    file = replaced(&file, "{$CRM_HOST:crm.example.com} {\n", &tls);
    fs::write(directory.join("Caddyfile"), file).unwrap();
    let version = Command::new(&program).arg("version").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    Process::start(&program, directory, |command| {
        command.args(["run", "--adapter", "caddyfile", "--config", "Caddyfile"]);
        command.env(
            "CRM_UPSTREAMS",
            format!("{} {}", server.address, server.next),
        );
        // As the sample says of this version.
        if version.trim_start_matches('v').starts_with("2.6.2") {
            command.env("CRM_BUFFER", "buffer_requests");
        }
    })
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

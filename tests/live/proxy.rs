//! A bad network: a TCP proxy before the API server that is slow, or falls silent.
//!
//! TLS passes through unread, and the server's certificate is good for the proxy's address too.

use std::io::Read;
use std::io::Write;
use std::net::Ipv4Addr;
use std::net::Shutdown;
use std::net::TcpListener;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// What goes wrong between the client and the server.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    /// Every piece of an answer comes this much later.
    Slow(Duration),
    /// After so many bytes of answers on a connection nothing more comes, and it stays open.
    SilentAfter(usize),
    /// After so many bytes of answers a connection is closed.
    ClosedAfter(usize),
}

/// Starts a proxy that lives as long as the test run; its address is returned.
pub(crate) fn proxy(server: &str, trouble: Trouble) -> String {
    let server = server.trim_start_matches("https://").to_owned();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(upstream) = TcpStream::connect(&server) else { continue };
            let (mut client_in, mut upstream_out) = (clone(&client), clone(&upstream));
            thread::spawn(move || {
                let _ = std::io::copy(&mut client_in, &mut upstream_out);
                let _ = upstream_out.shutdown(Shutdown::Both);
            });
            thread::spawn(move || answers(upstream, client, trouble));
        }
    });
    format!("https://127.0.0.1:{port}")
}

/// An address at which nothing listens.
pub(crate) fn nobody() -> String {
    format!("https://127.0.0.1:{}", free_port())
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn clone(stream: &TcpStream) -> TcpStream {
    stream.try_clone().unwrap()
}

fn answers(mut from: TcpStream, mut to: TcpStream, trouble: Trouble) {
    let mut buffer = [0; 16 * 1024];
    let mut passed = 0;
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let mut allowed = count;
        match trouble {
            Trouble::Slow(delay) => thread::sleep(delay),
            Trouble::SilentAfter(most) | Trouble::ClosedAfter(most) => {
                allowed = count.min(most - passed);
            }
        }
        if to.write_all(&buffer[..allowed]).is_err() {
            break;
        }
        passed += allowed;
        if allowed < count {
            match trouble {
                Trouble::SilentAfter(_) => while matches!(from.read(&mut buffer), Ok(1..)) {},
                Trouble::ClosedAfter(_) | Trouble::Slow(_) => {}
            }
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

//! [`Proxy`]: a connection between browser and server that can be cut.

use std::sync::Arc;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Passes on what comes to a port of its own, unless it is cut.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) url: String,
    is_cut: Arc<watch::Sender<bool>>,
}

impl Proxy {
    /// Before the server at this address.
    pub(crate) async fn before(server: std::net::SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let is_cut = Arc::new(watch::channel(false).0);
        let state = is_cut.clone();
        tokio::spawn(async move {
            while let Ok((browser, _)) = listener.accept().await {
                let mut cut = state.subscribe();
                tokio::spawn(pass(browser, server, async move {
                    let _ = cut.wait_for(|is_cut| *is_cut).await;
                }));
            }
        });
        Self { url, is_cut }
    }

    /// Ends all connections, and every new one at once.
    pub(crate) fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    /// Passes on again.
    pub(crate) fn mend(&self) {
        self.is_cut.send_replace(false);
    }
}

async fn pass(mut browser: TcpStream, server: std::net::SocketAddr, cut: impl Future<Output = ()>) {
    let both = async {
        if let Ok(mut server) = TcpStream::connect(server).await {
            let _ = copy_bidirectional(&mut browser, &mut server).await;
        }
    };
    tokio::select! {
        biased;
        () = cut => {}
        () = both => {}
    }
}

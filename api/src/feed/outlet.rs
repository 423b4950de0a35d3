//! A streamed answer. Its client may stall: then the connection is cut, and nobody else notices.

use super::STALL;
use crate::server::Connection;
use axum::body::{Body, Bytes};
use futures_util::stream;
use std::convert::Infallible;
use tokio::sync::mpsc;

/// Pieces on their way to the socket: the next is made while one is written.
const PIECES: usize = 2;

/// The client is gone, or was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gone;

/// The end of a streamed answer that is written to.
pub(crate) struct Outlet {
    pieces: mpsc::Sender<Bytes>,
    connection: Connection,
}

/// An outlet, and the body that comes out of it.
pub(crate) fn outlet(connection: Connection) -> (Outlet, Body) {
    let (pieces, received) = mpsc::channel(PIECES);
    let body = stream::unfold(received, |mut received| async {
        received.recv().await.map(|piece| (Ok::<_, Infallible>(piece), received))
    });
    (Outlet { pieces, connection }, Body::from_stream(body))
}

impl Outlet {
    /// Sends a piece, where the client takes any within [`STALL`].
    pub(crate) async fn send(&self, piece: impl Into<Bytes>) -> Result<(), Gone> {
        match tokio::time::timeout(STALL, self.pieces.send(piece.into())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Gone),
            Err(_) => {
                crate::metrics::slow();
                self.connection.cut();
                Err(Gone)
            }
        }
    }

    /// Waits until the client is gone.
    pub(crate) async fn closed(&self) {
        self.pieces.closed().await;
    }
}

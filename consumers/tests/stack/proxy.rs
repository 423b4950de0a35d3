//! A way to a service that can be cut.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Passes connections on to a service while it is up, and refuses them else.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    is_up: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
}

impl Proxy {
    pub(crate) fn down(to: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, to) = (listener.local_addr().unwrap(), to.to_owned());
        let is_up = Arc::new(AtomicBool::new(false));
        let is_open = Arc::clone(&is_up);
        let refused: Arc<AtomicUsize> = Arc::default();
        let refusals = Arc::clone(&refused);
        // Lives as long as the test's process.
        std::thread::spawn(move || {
            for near in listener.incoming().filter_map(Result::ok) {
                if let (true, Ok(far)) = (is_open.load(Ordering::Acquire), TcpStream::connect(&to)) {
                    pass(near.try_clone().unwrap(), far.try_clone().unwrap());
                    pass(far, near);
                } else {
                    refusals.fetch_add(1, Ordering::AcqRel);
                }
            }
        });
        Self { address, is_up, refused }
    }

    /// Waits until somebody was refused.
    pub(crate) fn wait_for_an_attempt(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.refused.load(Ordering::Acquire) == 0 {
            assert!(Instant::now() < deadline, "nobody tried to connect");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    pub(crate) fn up(&self) {
        self.is_up.store(true, Ordering::Release);
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if to.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    });
}

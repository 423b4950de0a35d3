//! What a browser is given.

use crate::books::Books;

#[test]
fn the_page_and_the_documentation_come_from_here_with_headers_that_keep_a_browser_safe() {
    let books = Books::opened();
    let api = books.serve();
    books.runtime.block_on(async {
        for (path, content_type) in [
            ("/", "text/html; charset=utf-8"),
            ("/assets/live.js", "text/javascript; charset=utf-8"),
            ("/assets/live.css", "text/css; charset=utf-8"),
            ("/docs/", "text/html"),
            ("/docs/swagger-ui-bundle.js", "text/javascript"),
            ("/openapi.json", "application/json"),
        ] {
            let response = api.get(path).await;
            assert_eq!(response.status(), 200, "{path}");
            let headers = response.headers().clone();
            assert_eq!(headers["content-type"], content_type, "{path}");
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(
                policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"),
                "{policy}"
            );
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert_eq!(headers["referrer-policy"], "no-referrer");
            let text = response.text().await.unwrap();
            if content_type.starts_with("text/html") {
                let mut scripts = text.match_indices("<script");
                assert!(
                    scripts.all(|(at, _)| text[at..].split_once('>').unwrap().0.contains("src=")),
                    "{text}"
                );
                assert!(!text.contains("https://"), "{path} asks another host");
            }
        }
        let openapi = api.json("/openapi.json").await;
        assert_eq!(openapi["openapi"], "3.1.0");
        assert!(openapi["paths"].as_object().unwrap().len() >= 11);
    });
}

#[test]
fn a_file_that_the_browser_has_is_not_sent_again() {
    let books = Books::opened();
    let api = books.serve();
    books.runtime.block_on(async {
        let tag = api.get("/assets/live.js").await.headers()["etag"].clone();
        let again =
            api.http.get(api.url("/assets/live.js")).header("if-none-match", tag).send().await.unwrap();
        assert_eq!(again.status(), 304);
    });
}

#[test]
fn a_request_id_is_kept_where_it_is_sound_and_made_where_it_is_not() {
    let books = Books::opened();
    let api = books.serve();
    books.runtime.block_on(async {
        let id_of = async |sent: &str| {
            let request = api.http.get(api.url("/livez")).header("x-request-id", sent);
            request.send().await.unwrap().headers()["x-request-id"].to_str().unwrap().to_owned()
        };
        assert_eq!(id_of("abc-1.2_3").await, "abc-1.2_3");
        for unsound in ["a b", "<script>", &"x".repeat(65)] {
            assert_ne!(id_of(unsound).await, unsound);
        }
    });
}

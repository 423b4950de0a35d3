//! The Prometheus recorder. Histograms get buckets by their unit, so that they can be aggregated.

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// From half a millisecond to a minute: a commit, a request, an event's age.
const SECONDS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
/// From a small record to a whole batch.
const BYTES: &[f64] =
    &[256.0, 1_024.0, 4_096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0, 4_194_304.0, 16_777_216.0];
/// From one record to the largest batch.
const COUNTS: &[f64] = &[1.0, 10.0, 50.0, 100.0, 500.0, 1_000.0, 5_000.0, 10_000.0, 20_000.0, 50_000.0];

/// Installs the recorder of a program.
///
/// # Errors
/// Where one is installed already.
pub fn install(service: &'static str) -> Result<PrometheusHandle, BuildError> {
    let handle = builder()?.install_recorder()?;
    metrics::describe_gauge!("gl_build_info", "Which build runs; always 1.");
    metrics::gauge!("gl_build_info", "service" => service, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_bytes".to_owned()), BYTES)?
        .set_buckets(COUNTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_have_buckets_and_not_quantiles() {
        let recorder = builder().unwrap().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            metrics::histogram!("gl_commit_duration_seconds").record(0.02);
            metrics::histogram!("gl_batch_records").record(120.0);
        });
        let text = handle.render();
        assert!(text.contains("gl_commit_duration_seconds_bucket{le=\"0.025\"} 1"), "{text}");
        assert!(
            text.contains("gl_batch_records_bucket{le=\"500\"} 1") && !text.contains("quantile"),
            "{text}"
        );
    }
}

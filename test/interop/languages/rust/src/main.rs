//! Answers the questions of a file with LaunchDarkly's Rust SDK, then waits for one change.
//!
//! Standard output has a line of JSON for each step: {"answers": [...]}, {"listening": true}, {"changed": key}.

use std::error::Error;
use std::time::Duration;

use launchdarkly_sdk_transport::HyperTransport;
use launchdarkly_server_sdk::{
    Client, ConfigBuilder, Context, NullEventProcessorBuilder, PollingDataSourceBuilder,
    ServiceEndpointsBuilder, StreamingDataSourceBuilder,
};
use serde_json::{json, Value};

/// The flag that changes.
const CHANGED: &str = "targets";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("the file with the questions is missing")?;
    let asked: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let url = asked["url"].as_str().ok_or("url is missing")?;
    let sdk_key = asked["sdkKey"].as_str().ok_or("sdkKey is missing")?;
    let endpoints_of = |url: &str| {
        let mut endpoints = ServiceEndpointsBuilder::new();
        endpoints.streaming_base_url(url).polling_base_url(url).events_base_url(url);
        endpoints
    };
    let config = ConfigBuilder::new(sdk_key)
        .service_endpoints(&endpoints_of(url))
        .event_processor(&NullEventProcessorBuilder::new());
    let transport = HyperTransport::new()?;
    let config = if asked["stream"] == json!(true) {
        config.data_source(StreamingDataSourceBuilder::new().transport(transport))
    } else {
        config.data_source(PollingDataSourceBuilder::new().transport(transport))
    };
    let client = Client::build(config.build()?)?;
    client.start_with_default_executor();
    if client.wait_for_initialization(Duration::from_secs(10)).await != Some(true) {
        return Err("the SDK did not initialise".into());
    }

    let contexts: Vec<Context> = serde_json::from_value(asked["contexts"].clone())?;
    let flags = asked["flags"].as_array().ok_or("flags are missing")?;
    let answer = |context: &Context, flag: &Value| -> Result<Value, Box<dyn Error>> {
        let key = flag["key"].as_str().ok_or("a flag has no key")?;
        let detail = client.json_variation_detail(context, key, flag["fallback"].clone());
        Ok(json!([detail.value, detail.variation_index, detail.reason]))
    };
    let answers = contexts
        .iter()
        .map(|context| flags.iter().map(|flag| answer(context, flag)).collect())
        .collect::<Result<Vec<Vec<Value>>, _>>()?;
    println!("{}", json!({ "answers": answers }));

    // This SDK has no listeners: the change shows in an answer.
    let changing = json!({ "key": CHANGED, "fallback": false });
    let now = || contexts.iter().map(|context| answer(context, &changing)).collect::<Result<Vec<_>, _>>();
    let before = now()?;
    println!("{}", json!({ "listening": true }));
    for _ in 0..200 {
        if now()? != before {
            println!("{}", json!({ "changed": CHANGED }));
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err("no change was heard of".into())
}

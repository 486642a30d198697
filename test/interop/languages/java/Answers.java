import com.launchdarkly.sdk.EvaluationDetail;
import com.launchdarkly.sdk.LDContext;
import com.launchdarkly.sdk.LDValue;
import com.launchdarkly.sdk.json.JsonSerialization;
import com.launchdarkly.sdk.server.Components;
import com.launchdarkly.sdk.server.LDClient;
import com.launchdarkly.sdk.server.LDConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Answers the questions of a file with LaunchDarkly's Java SDK, then waits for one change.
 *
 * Standard output has a line of JSON for each step: {"answers": [...]}, {"listening": true}, {"changed": key}.
 */
class Answers {
  public static void main(String[] arguments) throws Exception {
    LDValue asked = LDValue.parse(Files.readString(Path.of(arguments[0])));
    String url = asked.get("url").stringValue();
    LDConfig config = new LDConfig.Builder()
        .serviceEndpoints(Components.serviceEndpoints().streaming(url).polling(url).events(url))
        .dataSource(
            asked.get("stream").booleanValue() ? Components.streamingDataSource() : Components.pollingDataSource())
        .events(Components.noEvents())
        .logging(Components.noLogging())
        .build();
    try (LDClient client = new LDClient(asked.get("sdkKey").stringValue(), config)) {
      if (!client.isInitialized()) throw new IllegalStateException("the SDK did not initialise");
      var answers = LDValue.buildArray();
      for (LDValue raw : asked.get("contexts").values()) {
        LDContext context = JsonSerialization.deserialize(raw.toJsonString(), LDContext.class);
        var row = LDValue.buildArray();
        for (LDValue flag : asked.get("flags").values()) {
          row.add(answer(client.jsonValueVariationDetail(flag.get("key").stringValue(), context, flag.get("fallback"))));
        }
        answers.add(row.build());
      }
      say("answers", answers.build());

      var changed = new CountDownLatch(1);
      var key = new AtomicReference<String>();
      client.getFlagTracker().addFlagChangeListener(change -> {
        key.set(change.getKey());
        changed.countDown();
      });
      say("listening", LDValue.of(true));
      if (!changed.await(10, TimeUnit.SECONDS)) throw new IllegalStateException("no change was heard of");
      say("changed", LDValue.of(key.get()));
    }
  }

  private static LDValue answer(EvaluationDetail<LDValue> detail) {
    int index = detail.getVariationIndex();
    return LDValue.arrayOf(
        detail.getValue(),
        index == EvaluationDetail.NO_VARIATION ? LDValue.ofNull() : LDValue.of(index),
        LDValue.parse(JsonSerialization.serialize(detail.getReason())));
  }

  private static void say(String step, LDValue value) {
    System.out.println(LDValue.buildObject().put(step, value).build().toJsonString());
    System.out.flush();
  }
}

/* A client of vanthu-gateway in Java 17's standard library.
 *
 *   java VanthuClient.java URL TOKEN-FILE STATE send KEY META FILE…
 *   java VanthuClient.java URL TOKEN-FILE STATE follow [--once] [--accept]
 *
 * STATE is a folder. `send` goes on until the document is taken or refused for good: KEY makes repeating safe, so whoever was
 * killed calls it again with the same words. `follow` enters what arrives in the register, prints each change, and keeps its
 * place in STATE/cursor, which is replaced as a whole: a change that was being dealt with is dealt with again, never left out. */
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

public class VanthuClient {
	static final int WAIT_S = 5;

	/** What the gateway answered: application/problem+json. */
	static class Problem extends Exception {
		final int status;
		final long retryAfterS;
		final Map<String, Object> body;

		Problem(int status, Map<String, Object> body, long retryAfterS) {
			super(body.get("code") + ": " + body.get("title") + " " + body.getOrDefault("detail", ""));
			this.status = status;
			this.body = body;
			this.retryAfterS = retryAfterS;
		}

		/** The same request, under the same key, may succeed later. */
		boolean again() {
			return status == 408 || status == 429 || status == 500 || status >= 502;
		}
	}

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
			.connectTimeout(Duration.ofSeconds(10)).build();
	private final String url, token;
	private final Path state;

	VanthuClient(String url, String token, Path state) {
		this.url = url;
		this.token = token;
		this.state = state;
	}

	/** One attempt. IOException: no answer, so nobody knows whether it happened. */
	Map<String, Object> ask(HttpRequest.Builder request) throws IOException, InterruptedException, Problem {
		HttpResponse<String> answer = http.send(request.header("Authorization", "Bearer " + token)
				.timeout(Duration.ofSeconds(90)).build(), BodyHandlers.ofString());
		Map<String, Object> body = answer.body().isEmpty() ? Map.of() : Json.object(answer.body());

		if (answer.statusCode() >= 400)
			throw new Problem(answer.statusCode(), body, answer.headers().firstValueAsLong("Retry-After").orElse(0));
		return body;
	}

	HttpRequest.Builder to(String path) {
		return HttpRequest.newBuilder(URI.create(url + path));
	}

	/** Streamed: files of any size. */
	static BodyPublisher form(String boundary, String meta, List<Path> files) throws IOException {
		List<BodyPublisher> all = new ArrayList<>();

		all.add(BodyPublishers.ofString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"meta\"\r\n"
				+ "Content-Type: application/json\r\n\r\n" + meta + "\r\n"));
		for (Path file : files) {
			String name = file.getFileName().toString().replace("%", "%25").replace("\"", "%22");

			all.add(BodyPublishers.ofString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
					+ name + "\"\r\nContent-Type: application/octet-stream\r\n\r\n"));
			all.add(BodyPublishers.ofFile(file));
			all.add(BodyPublishers.ofString("\r\n"));
		}
		all.add(BodyPublishers.ofString("--" + boundary + "--\r\n"));
		return BodyPublishers.concat(all.toArray(new BodyPublisher[0]));
	}

	Map<String, Object> send(String key, String meta, List<Path> files) throws Exception {
		for (int attempt = 0;; attempt++) {
			String boundary = "vanthu-" + UUID.randomUUID();

			try {
				return Json.map(ask(to("/v1/documents").header("Idempotency-Key", key)
						.header("Content-Type", "multipart/form-data; boundary=" + boundary)
						.POST(form(boundary, meta, files))).get("data"));
			} catch (IOException e) {
				pause(attempt, 0, e.toString());
			} catch (Problem p) {
				if (!p.again())
					throw p;
				pause(attempt, p.retryAfterS, p.getMessage());
			}
		}
	}

	static void pause(int attempt, long leastS, String why) throws InterruptedException {
		long most = Math.min(60_000, 500L << Math.min(attempt, 7));

		System.err.println("later: " + why);
		Thread.sleep(Math.max(ThreadLocalRandom.current().nextLong(most / 2, most), leastS * 1000));
	}

	/* ---- the place in the feed: "FEED SINCE" ---- */

	String[] cursor() throws IOException {
		Path file = state.resolve("cursor");

		return Files.exists(file) ? Files.readString(file).strip().split(" ") : new String[] { "", "0" };
	}

	void move(Object feed, Object since) throws IOException {
		Path next = state.resolve("cursor.next");

		Files.writeString(next, feed + " " + since + "\n");
		try (FileChannel c = FileChannel.open(next, StandardOpenOption.WRITE)) {
			c.force(true);
		}
		Files.move(next, state.resolve("cursor"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
	}

	/** Entering twice is entering once; what the office has dealt with itself stays as it is (409). */
	void accept(String id) throws IOException, InterruptedException, Problem {
		try {
			ask(to("/v1/documents/" + id + "/accept").header("Content-Type", "application/json")
					.POST(BodyPublishers.ofString("{}")));
		} catch (Problem p) {
			if (p.status != 409)
				throw p;
		}
	}

	/** Changes were missed: what is there now is listed, and the feed goes on. */
	void catchUp(Problem missed, boolean accept) throws Exception {
		String cursor = "";

		while (accept) {
			Map<String, Object> page = ask(to("/v1/documents?box=in&limit=100&new=true" + cursor));

			for (Object line : (List<?>) page.get("data"))
				accept((String) Json.map(line).get("id"));
			if (page.get("next") == null)
				break;
			cursor = "&cursor=" + page.get("next");
		}
		move(missed.body.get("feed"), missed.body.get("next"));
	}

	boolean look(boolean accept, int waitS) throws Exception {
		String[] at = cursor();
		Map<String, Object> answer;

		try {
			answer = Json.map(ask(to("/v1/changes?wait=" + waitS + "&since=" + at[1]
					+ (at[0].isEmpty() ? "" : "&feed=" + at[0]))).get("data"));
		} catch (Problem p) {
			if (p.status != 410)
				throw p;
			catchUp(p, accept);
			return true;
		}
		List<?> changes = (List<?>) answer.get("changes");
		for (Object each : changes) {
			Map<String, Object> change = Json.map(each);

			if (accept && change.get("kind").equals("arrived"))
				accept((String) change.get("id"));
			System.out.println(change.get("number") + " " + change.get("kind") + " " + change.get("id"));
			move(answer.get("feed"), change.get("number"));
		}
		move(answer.get("feed"), answer.get("next"));
		return !changes.isEmpty();
	}

	void follow(boolean once, boolean accept) throws Exception {
		for (int failures = 0;;) {
			try {
				boolean found = look(accept, once ? 0 : WAIT_S);

				failures = 0;
				if (once && !found)
					return;
			} catch (UncheckedIOException | IOException e) {
				pause(failures++, 0, e.toString());
			} catch (Problem p) {
				if (!p.again())
					throw p;
				pause(failures++, p.retryAfterS, p.getMessage());
			}
		}
	}

	public static void main(String[] args) throws Exception {
		List<String> words = List.of(args);

		if (args.length < 4)
			throw new IllegalArgumentException("URL TOKEN-FILE STATE send|follow …");
		Path state = Files.createDirectories(Path.of(args[2]));
		VanthuClient client = new VanthuClient(args[0], Files.readString(Path.of(args[1])).strip(), state);
		try {
			if (args[3].equals("send"))
				System.out.println(client.send(args[4], args[5], words.stream().skip(6).map(Path::of).toList()).get("id"));
			else
				client.follow(words.contains("--once"), words.contains("--accept"));
		} catch (Problem p) {
			System.err.println(p.getMessage());
			System.exit(1);
		}
	}

	/** As much of JSON as an answer has: objects, lists, texts, Long and Double, true, false, null. */
	static class Json {
		private final String text;
		private int at;

		private Json(String text) {
			this.text = text;
		}

		static Map<String, Object> object(String text) throws IOException {
			try {
				return map(new Json(text).value());
			} catch (RuntimeException e) {
				throw new IOException("no JSON came: the answer was cut", e);
			}
		}

		@SuppressWarnings("unchecked")
		static Map<String, Object> map(Object value) {
			return (Map<String, Object>) value;
		}

		private char next() {
			while (Character.isWhitespace(text.charAt(at)))
				at++;
			return text.charAt(at);
		}

		private boolean took(char c) {
			if (next() != c)
				return false;
			at++;
			return true;
		}

		private void must(char c) {
			if (!took(c))
				throw new IllegalStateException("at " + at);
		}

		private Object value() {
			switch (next()) {
			case '{':
				return members();
			case '[':
				return elements();
			case '"':
				return string();
			default:
				return word();
			}
		}

		private Map<String, Object> members() {
			Map<String, Object> all = new LinkedHashMap<>();

			must('{');
			if (took('}'))
				return all;
			do {
				next();
				String name = string();

				must(':');
				all.put(name, value());
			} while (took(','));
			must('}');
			return all;
		}

		private List<Object> elements() {
			List<Object> all = new ArrayList<>();

			must('[');
			if (took(']'))
				return all;
			do
				all.add(value());
			while (took(','));
			must(']');
			return all;
		}

		private String string() {
			StringBuilder out = new StringBuilder();

			must('"');
			while (text.charAt(at) != '"') {
				char c = text.charAt(at++);

				out.append(c == '\\' ? escaped() : c);
			}
			at++;
			return out.toString();
		}

		private char escaped() {
			char c = text.charAt(at++);
			int known = "bfnrt".indexOf(c);

			if (c == 'u') {
				at += 4;
				return (char) Integer.parseInt(text.substring(at - 4, at), 16);
			}
			return known < 0 ? c : "\b\f\n\r\t".charAt(known);
		}

		private Object word() {
			int from = at;

			while (at < text.length() && ",]} \n\r\t".indexOf(text.charAt(at)) < 0)
				at++;
			String word = text.substring(from, at);
			switch (word) {
			case "true":
				return true;
			case "false":
				return false;
			case "null":
				return null;
			default:
				return word.matches("-?[0-9]+") ? (Object) Long.valueOf(word) : Double.valueOf(word);
			}
		}
	}
}

/* A client of vanthu-gateway in C#, with what .NET 6 and Mono 6 bring along.
 *
 *   mcs -r:System.Net.Http -r:System.Runtime.Serialization -r:System.Xml -r:System.Xml.Linq VanthuClient.cs
 *   mono VanthuClient.exe URL TOKEN-FILE STATE send KEY META FILE…
 *   mono VanthuClient.exe URL TOKEN-FILE STATE follow [--once] [--accept]
 *
 * STATE is a folder. `send` goes on until the document is taken or refused for good: KEY makes repeating safe. `follow`
 * enters what arrives in the register, prints each change, and keeps its place in STATE/cursor, which is replaced as a whole. */
using System;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Threading;
using System.Xml;
using System.Xml.Linq;

/// <summary>What the gateway answered: application/problem+json.</summary>
class Problem : Exception
{
	public readonly int Status;
	public readonly int RetryAfterSeconds;
	public readonly XElement Body;

	public Problem(int status, XElement body, int retryAfterSeconds)
		: base((string)body.Element("code") + ": " + (string)body.Element("title") + " " + (string)body.Element("detail"))
	{
		Status = status;
		Body = body;
		RetryAfterSeconds = retryAfterSeconds;
	}

	/// <summary>The same request, under the same key, may succeed later.</summary>
	public bool Again
	{
		get { return Status == 408 || Status == 429 || Status == 500 || Status >= 502; }
	}
}

class VanthuClient
{
	const int WaitSeconds = 5;
	static readonly Random Chance = new Random();
	readonly HttpClient http;
	readonly string url, state;

	VanthuClient(string url, string token, string state)
	{
		this.url = url;
		this.state = state;
		http = new HttpClient { Timeout = TimeSpan.FromSeconds(90) };
		http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
		http.DefaultRequestHeaders.ExpectContinue = false;
	}

	/// <summary>JSON as XML: members are elements, those of a list are called item.</summary>
	static XElement Json(byte[] text)
	{
		using (XmlDictionaryReader reader = JsonReaderWriterFactory.CreateJsonReader(text, XmlDictionaryReaderQuotas.Max))
			return XElement.Load(reader);
	}

	/// <summary>One attempt. HttpRequestException and others: no answer, so nobody knows whether it happened.</summary>
	XElement Ask(HttpMethod method, string path, HttpContent body, string key = null)
	{
		var request = new HttpRequestMessage(method, url + path) { Content = body };

		if (key != null)
			request.Headers.Add("Idempotency-Key", key);
		using (HttpResponseMessage answer = http.SendAsync(request).GetAwaiter().GetResult())
		{
			XElement json = Json(answer.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult());

			if (answer.IsSuccessStatusCode)
				return json;
			RetryConditionHeaderValue later = answer.Headers.RetryAfter;
			throw new Problem((int)answer.StatusCode, json,
				later != null && later.Delta != null ? (int)later.Delta.Value.TotalSeconds : 0);
		}
	}

	static HttpContent Part(HttpContent content, string name, string file, string type)
	{
		content.Headers.ContentType = new MediaTypeHeaderValue(type);
		/* As browsers write it: UTF-8 as it is, no encoded words. */
		content.Headers.TryAddWithoutValidation("Content-Disposition", "form-data; name=\"" + name + "\""
			+ (file == null ? "" : "; filename=\"" + file.Replace("%", "%25").Replace("\"", "%22") + "\""));
		return content;
	}

	XElement Attempt(string key, string meta, string[] files)
	{
		using (var form = new MultipartFormDataContent("vanthu-" + Guid.NewGuid().ToString("N")))
		{
			form.Add(Part(new ByteArrayContent(Encoding.UTF8.GetBytes(meta)), "meta", null, "application/json"));
			foreach (string file in files)
				form.Add(Part(new StreamContent(File.OpenRead(file)), "file", Path.GetFileName(file), "application/octet-stream"));
			return Ask(HttpMethod.Post, "/v1/documents", form, key).Element("data");
		}
	}

	static void Pause(int attempt, int leastSeconds, string why)
	{
		int most = Math.Min(60000, 500 << Math.Min(attempt, 7));

		Console.Error.WriteLine("later: " + why);
		Thread.Sleep(Math.Max(Chance.Next(most / 2, most), leastSeconds * 1000));
	}

	/// <summary>Until it is done, or a Problem says never.</summary>
	static T Insist<T>(Func<T> what)
	{
		for (int attempt = 0;; attempt++)
		{
			try
			{
				return what();
			}
			catch (Problem p)
			{
				if (!p.Again)
					throw;
				Pause(attempt, p.RetryAfterSeconds, p.Message);
			}
			catch (Exception e) when (e is HttpRequestException || e is IOException || e is OperationCanceledException || e is XmlException)
			{
				Pause(attempt, 0, e.Message);
			}
		}
	}

	/* ---- the place in the feed: "FEED SINCE" ---- */

	string[] Cursor()
	{
		string file = Path.Combine(state, "cursor");

		return File.Exists(file) ? File.ReadAllText(file).Trim().Split(' ') : new[] { "", "0" };
	}

	void Move(XElement feed, XElement since)
	{
		string file = Path.Combine(state, "cursor"), next = file + ".next";

		using (FileStream to = File.Create(next))
		{
			byte[] text = Encoding.ASCII.GetBytes((string)feed + " " + (string)since + "\n");

			to.Write(text, 0, text.Length);
			to.Flush(true);
		}
		if (File.Exists(file))
			File.Replace(next, file, null);
		else
			File.Move(next, file);
	}

	/// <summary>Entering twice is entering once; what the office has dealt with itself stays as it is (409).</summary>
	bool Accept(string id)
	{
		try
		{
			Ask(HttpMethod.Post, "/v1/documents/" + id + "/accept", new StringContent("{}", Encoding.UTF8, "application/json"));
			return true;
		}
		catch (Problem p)
		{
			if (p.Status != 409)
				throw;
			return false;
		}
	}

	/// <summary>Changes were missed: what is there now is listed, and the feed goes on.</summary>
	void CatchUp(Problem missed, bool accept)
	{
		string cursor = "";

		while (accept)
		{
			XElement page = Ask(HttpMethod.Get, "/v1/documents?box=in&limit=100&new=true" + cursor, null);

			foreach (XElement line in page.Element("data").Elements())
				Accept((string)line.Element("id"));
			if ((string)page.Element("next") == "")
				break;
			cursor = "&cursor=" + (string)page.Element("next");
		}
		Move(missed.Body.Element("feed"), missed.Body.Element("next"));
	}

	/// <summary>One look; how many changes there were.</summary>
	int Look(bool accept, int waitSeconds)
	{
		string[] at = Cursor();
		XElement answer;

		try
		{
			answer = Ask(HttpMethod.Get, "/v1/changes?wait=" + waitSeconds + "&since=" + at[1]
				+ (at[0] == "" ? "" : "&feed=" + at[0]), null).Element("data");
		}
		catch (Problem p)
		{
			if (p.Status != 410)
				throw;
			CatchUp(p, accept);
			return 1;
		}
		XElement[] changes = answer.Element("changes").Elements().ToArray();
		foreach (XElement change in changes)
		{
			string id = (string)change.Element("id"), kind = (string)change.Element("kind");

			if (accept && kind == "arrived")
				Accept(id);
			Console.WriteLine((string)change.Element("number") + " " + kind + " " + (id == "" ? "null" : id));
			Console.Out.Flush();
			Move(answer.Element("feed"), change.Element("number"));
		}
		Move(answer.Element("feed"), answer.Element("next"));
		return changes.Length;
	}

	static int Main(string[] args)
	{
		if (args.Length < 4)
		{
			Console.Error.WriteLine("URL TOKEN-FILE STATE send|follow …");
			return 2;
		}
		Directory.CreateDirectory(args[2]);
		var client = new VanthuClient(args[0], File.ReadAllText(args[1]).Trim(), args[2]);
		bool once = args.Contains("--once"), accept = args.Contains("--accept");

		try
		{
			if (args[3] == "send")
				Console.WriteLine((string)Insist(() => client.Attempt(args[4], args[5], args.Skip(6).ToArray())).Element("id"));
			else
				while (Insist(() => client.Look(accept, once ? 0 : WaitSeconds)) > 0 || !once)
					;
			return 0;
		}
		catch (Problem p)
		{
			Console.Error.WriteLine(p.Message);
			return 1;
		}
	}
}

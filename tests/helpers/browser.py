"""Chromium at the office's page, for tests: finds things as people and screen readers name them, waits for conditions and never for
time, and notes all that the page's policy refused. Wants Debian's chromium, chromium-driver and python3-selenium."""
import contextlib
import os
import shutil
import tempfile
import time

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

WAIT_S = 60  # a bound for what hangs; no test measures with it
SIZES = {"desk": (1366, 768), "telephone": (390, 844), "zoomed": (683, 384)}  # the last: 1366 × 768 at 200 %
AXE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "axe", "axe.min.js")

VISIBLE = """
const shown = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
const said = (e) => (e.getAttribute("aria-label") ?? e.textContent).replace(/\\s+/g, " ").trim();
"""


class Browser:
    def __init__(self, url, size="desk", dark=False):
        self.url = url.rstrip("/")
        self.folder = tempfile.mkdtemp(prefix="vanthu-browser-")
        options = Options()
        options.binary_location = shutil.which("chromium") or "chromium"
        for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run", "disable-extensions", "disable-background-networking",
                     "hide-scrollbars", "force-color-profile=srgb", "user-data-dir=" + os.path.join(self.folder, "profile")):
            options.add_argument("--" + flag)
        options.add_experimental_option("prefs", {"download.default_directory": self.folder, "download.prompt_for_download": False})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = Service(shutil.which("chromedriver") or "chromedriver", log_path=os.path.join(self.folder, "driver.log"))
        self.driver = webdriver.Chrome(service=service, options=options)
        self.driver.set_page_load_timeout(WAIT_S)
        self.driver.set_script_timeout(WAIT_S)
        self.refused = []
        self.resize(size)
        self.theme(dark)

    # ---- the window ----

    def resize(self, size):
        width, height = SIZES[size]
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 2 if size == "zoomed" else 1, "mobile": size == "telephone"})

    def theme(self, dark):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}, {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def network(self, on):
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": not on, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1})

    def block(self, *patterns):
        """Requests for these get no answer; what is open already goes on."""
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": list(patterns)})

    def close(self):
        with contextlib.suppress(WebDriverException):
            self.note()
        self.driver.quit()
        shutil.rmtree(self.folder, ignore_errors=True)

    def shot(self, path, whole=True):
        """A picture of the page, as long as it is."""
        how = {"format": "png", "captureBeyondViewport": whole}
        if whole:
            box = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            how["clip"] = {"x": 0, "y": 0, "width": box["width"], "height": min(box["height"], 6000), "scale": 1}
        import base64
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.driver.execute_cdp_cmd("Page.captureScreenshot", how)["data"]))

    def note(self):
        """What the browser says of the page: each refusal of its policy, and each error of its scripts."""
        for line in self.driver.get_log("browser"):
            text = line["message"]
            if "Content Security Policy" in text or "TrustedType" in text or "Uncaught" in text or "JavaScript error" in text:
                self.refused.append(text)
        return self.refused

    # ---- finding ----

    def script(self, text, *given):
        return self.driver.execute_script(text, *given)

    def until(self, what, condition):
        """The first value of condition() that is true."""
        end = time.monotonic() + WAIT_S
        while True:
            try:
                value = condition()
            except StaleElementReferenceException:
                value = None
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError("not there: %s\nthe page says: %s" % (what, self.text()[:1500]))
            time.sleep(0.02)

    def text(self):
        return self.script("return document.body.innerText")

    def find(self, css, name=None):
        """What is seen of this kind, with this name: exactly, or else beginning so."""
        return self.script(VISIBLE + """
            const all = [...document.querySelectorAll(arguments[0])].filter(shown);
            const name = arguments[1];
            return all.find((e) => name === null || said(e) === name) ?? all.find((e) => said(e).startsWith(name)) ?? null;""", css, name)

    def see(self, text):
        return self.until("text " + text, lambda: self.script("return document.body.textContent.toLowerCase().includes(arguments[0].toLowerCase())", text))

    def unsee(self, text):
        return self.until("text gone: " + text, lambda: not self.script("return document.body.textContent.toLowerCase().includes(arguments[0].toLowerCase())", text))

    def get(self, css, name=None):
        return self.until("%s %s" % (css, name or ""), lambda: self.find(css, name))

    def button(self, name):
        return self.get("button:not(:disabled), a.button", name)

    def field(self, label):
        return self.until("field " + label, lambda: self.script(VISIBLE + """
            const labels = [...document.querySelectorAll("label")].filter((l) => l.htmlFor ? shown(l) : true);
            const name = arguments[0];
            const found = labels.find((l) => said(l) === name) ?? labels.find((l) => said(l).startsWith(name));
            return found?.control ?? null;""", label))

    # ---- doing ----

    def open(self, where=""):
        self.driver.get(self.url + "/office/" + where)

    def go(self, hash):
        self.script("location.hash = arguments[0]", hash)

    def press(self, name):
        """A button or link, by its name; once more when the page was drawn anew meanwhile."""
        def once():
            with contextlib.suppress(WebDriverException):
                e = self.find("button:not(:disabled), a", name)
                if e is None:
                    return False
                self.script("arguments[0].scrollIntoView({block: 'center'})", e)
                e.click()
                return True
        self.until("button " + name, once)

    def write(self, label, text):
        field = self.field(label)
        if field.get_attribute("type") == "date":
            self.script("""const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
                set.call(arguments[0], arguments[1]); arguments[0].dispatchEvent(new Event("input", {bubbles: true})); arguments[0].dispatchEvent(new Event("change", {bubbles: true}));""", field, text)
        else:
            self.script("arguments[0].scrollIntoView({block: 'center'})", field)
            field.send_keys(Keys.CONTROL, "a")
            field.send_keys(text)

    def choose(self, label):
        box = self.field(label)
        self.script("arguments[0].scrollIntoView({block: 'center'})", box)
        box.click()

    def keys(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def attach(self, *paths):
        self.until("input of files", lambda: self.driver.find_elements(By.CSS_SELECTOR, "input[type=file]"))[0].send_keys("\n".join(paths))

    def sign_in(self, name, password, button="Đăng nhập"):
        self.field("Tên tài khoản" if button == "Đăng nhập" else "Name of the account")
        self.write("Tên tài khoản" if button == "Đăng nhập" else "Name of the account", name)
        self.write("Mật khẩu" if button == "Đăng nhập" else "Password", password)
        self.press(button)

    # ---- looking at all of it ----

    def axe(self):
        """What breaks WCAG 2.2 AA: a line for each."""
        with open(AXE, encoding="utf-8") as f:
            # By the driver, not by the page: its policy would refuse it.
            self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": f.read()})
        found = self.driver.execute_async_script("""
            const done = arguments[arguments.length - 1];
            axe.run(document, {runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}, resultTypes: ["violations"]})
              .then((r) => done(r.violations.map((v) => v.id + ": " + v.help + "\\n" + v.nodes.slice(0, 3).map((n) => "    " + n.html.slice(0, 200) + " " + (n.any[0]?.message ?? "")).join("\\n"))), (e) => done(["axe: " + e]));""")
        return found

    def overflow(self):
        """What is wider than the window: people would have to scroll to and fro."""
        return self.script("""const w = document.documentElement.clientWidth;
            return document.documentElement.scrollWidth <= w ? [] : [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > w + 1 && !e.closest(".scroll, .drawing, .menu"))
              .slice(0, 5).map((e) => e.tagName + "." + e.className + " " + Math.round(e.getBoundingClientRect().right));""")


__all__ = ["Browser", "Keys", "SIZES"]

#!/usr/bin/python3 -B
"""Scenes at the office's page, each a browser of its own against a lab.   page_scenes.py SCENE URL [ARGUMENT…]

Prints what was not as it should be; exit 1 then. What a scene needs of the lab (accounts, documents, a daemon that is killed) its caller
makes; where it has to happen in the middle, the scene runs the command that it was given."""
import contextlib
import os
import subprocess
import sys

from selenium.common.exceptions import WebDriverException

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import SIZES, Browser, Keys  # noqa: E402

WORDS = {
    "vi": {"account": "Tên tài khoản", "password": "Mật khẩu", "in": "Đăng nhập", "out": "Đăng xuất", "today": "Mật khẩu hiện nay", "new": "Mật khẩu mới", "again": "Nhập lại mật khẩu mới",
           "change": "Đổi mật khẩu", "none": "Chưa có văn bản nào đến", "accept": "Tiếp nhận", "accepted": "Đã tiếp nhận, vào sổ 1 văn bản", "arrival": "Số đến", "valid": "Chữ ký số và nội dung hợp lệ",
           "subordinates": "cấp dưới trực tiếp", "type": "Loại văn bản", "subject": "Trích yếu", "check": "Kiểm tra và gửi", "send": "Gửi ngay", "sent": "Văn bản đã được ghi nhận", "delivered": "đã đến",
           "registered": "đã vào sổ, số", "kept": "Nội dung viết chưa gửi vẫn được giữ", "go on": "Viết tiếp", "nothing sent": "Chưa gửi gì", "not done": "Chưa thực hiện",
           "send again": "Gửi lại", "back": "Viết tiếp", "away": "Không kết nối được", "keys": "Phím tắt", "close": "Đóng", "reason": "Lý do", "return": "Trả lại", "returned": "Đã trả lại 1 văn bản",
           "undo": "Tiếp nhận lại"},
    "en": {"account": "Name of the account", "password": "Password", "in": "Sign in", "out": "Sign out", "today": "Password of today", "new": "New password", "again": "New password once more",
           "change": "Change the password", "none": "Nothing has arrived yet", "accept": "Accept", "accepted": "1 document accepted and registered", "arrival": "Arrival number", "valid": "Signatures and contents hold",
           "subordinates": "all direct subordinates", "type": "Type", "subject": "Subject", "check": "Check and send", "send": "Send it now", "sent": "It is on disk and signed", "delivered": "delivered",
           "registered": "registered, no.", "reason": "Reason", "return": "Return", "returned": "1 document returned", "undo": "Accept after all"},
}
PASSWORD = "mưa rơi trên phố Huế"
wrong = []


def must(yes, text):
    if not yes:
        wrong.append(text)


def enter(b, w, name, first):
    """Signs in with the password that the operator gave, and changes it."""
    b.write(w["account"], name)
    b.write(w["password"], first)
    b.press(w["in"])
    b.field(w["today"])
    b.write(w["today"], first)
    b.write(w["new"], PASSWORD)
    b.write(w["again"], PASSWORD)
    b.press(w["change"])


def sign_in(b, w, name):
    b.write(w["account"], name)
    b.write(w["password"], PASSWORD)
    b.press(w["in"])
    b.get("nav a[aria-current]")


def begin(b, lang):
    b.open()
    if lang == "en":
        b.press("English")
    return WORDS[lang]


def write(b, w, subject, *files):
    b.go("#/send")
    b.press(w["subordinates"])
    b.write(w["type"], "Kế hoạch")
    b.write(w["subject"], subject)
    if files:
        b.attach(*files)


def row_of(b, subject):
    return b.until("row " + subject, lambda: b.script("return [...document.querySelectorAll('.row a')].find((a) => a.textContent.includes(arguments[0])) ?? null", subject))


def count_rows(b):
    return b.script("return document.querySelectorAll('.row').length")


def day(b, lang, name, first, folder, deliver):
    """A clerk's day: in, what arrives by itself, accepted by keyboard, read, answered with an attachment, receipts coming in, out."""
    w = begin(b, lang)
    enter(b, w, name, first)
    b.get("h1", "Văn bản đến" if lang == "vi" else "Arrived")
    subject = "Báo cáo của ngày, " + name
    run(deliver, subject)  # arrives while the page is open
    row = row_of(b, subject)
    must("new" in b.script("return arguments[0].closest('.row').className", row), "what is new does not stand out")
    must("is-urgent" in b.script("return arguments[0].closest('.row').className", row), "what is urgent does not stand out")
    b.keys("j")
    b.keys("a")
    b.see(w["accepted"])
    b.see(w["registered"])
    b.keys("j")
    b.keys(Keys.ENTER)
    b.see(w["valid"])
    must(b.until("picture", lambda: b.script("const i = document.querySelector('.shown img'); return i?.naturalWidth")) == 4, "the picture is not shown")
    must(not b.overflow(), "wider than the window: %s" % b.overflow())
    write(b, w, "Kế hoạch " + name, os.path.join(folder, "plan.txt"), os.path.join(folder, "picture.png"))
    must(not b.overflow(), "wider than the window: %s" % b.overflow())
    b.press(w["check"])
    b.button(w["send"])
    must("01-KH" in b.text() or "-KH/" in b.text(), "the check shows no number")
    b.press(w["send"])
    b.see(w["sent"])
    b.until("a receipt", lambda: b.script("return document.querySelector('tr[data-committee=duoi] .mark.good') !== null"))
    must(b.script("return document.querySelectorAll('.drawing .node').length") == 2, "the way is not drawn")
    must(b.script("return Object.keys(localStorage).some((k) => k.startsWith('vanthu.draft'))") is False, "the draft stays after it was sent")
    b.press(w["out"])
    b.field(w["account"])
    must(b.script("return document.body.textContent.includes(arguments[0])", subject) is False, "what was read is there after signing out")


def back(b, name, first, deliver):
    """Given back by mistake, and what takes that back."""
    w = begin(b, "vi")
    enter(b, w, name, first)
    b.get("h1")
    run(deliver, "Trả nhầm")
    row_of(b, "Trả nhầm").click()
    b.press(w["return"])
    b.write(w["reason"], "gửi nhầm nơi")
    b.script("document.querySelector('dialog form').requestSubmit()")
    b.see(w["returned"])
    b.press(w["undo"])
    b.see(w["arrival"])


def killed(b, name, first, folder, deliver, kill, start):
    """The daemon is killed in the middle: what was not acknowledged is said, and nothing that was written is lost."""
    w = begin(b, "vi")
    enter(b, w, name, first)
    b.get("h1")
    run(deliver, "Trước khi mất")
    row_of(b, "Trước khi mất")
    write(b, w, "Viết khi mất máy chủ", os.path.join(folder, "plan.txt"))
    run(kill)
    b.press(w["check"])
    b.see(w["nothing sent"])
    b.press(w["back"])
    must(b.field(w["subject"]).get_attribute("value") == "Viết khi mất máy chủ", "the draft is lost")
    run(start)
    b.until("checked", lambda: b.find("button:not(:disabled)", w["send"]) or (b.find("dialog", None) is None and b.press(w["check"])) or (b.find("dialog .failure") and b.press(w["back"])))
    run(kill)
    b.press(w["send"])
    b.see(w["nothing sent"])
    run(start)
    b.until("sent", lambda: w["sent"] in b.text() or (b.find("button:not(:disabled)", w["send again"]) and b.press(w["send again"])))
    b.go("#/arrived")
    row_of(b, "Trước khi mất")
    run(kill)
    b.script("arguments[0].focus()", row_of(b, "Trước khi mất"))
    b.keys("a")
    b.see(w["not done"])
    run(start)


def ended(b, name, first, folder, end):
    """A session that ends while somebody writes: the words and the files are there again after signing in; another one sees neither."""
    w = begin(b, "vi")
    enter(b, w, name, first)
    b.get("h1")
    write(b, w, "Viết dở thì hết phiên", os.path.join(folder, "plan.txt"))
    run(end)

    def noticed():
        """By what is asked next, or by the stream of events that broke."""
        button = b.find("button", w["check"])
        if button:
            with contextlib.suppress(WebDriverException):
                button.click()
        return w["kept"] in b.text()
    b.until("the end of the session", noticed)
    must("Viết dở" not in b.script("return document.body.textContent"), "what was written is seen by who is not signed in")
    sign_in(b, w, name)
    must(b.field(w["subject"]).get_attribute("value") == "Viết dở thì hết phiên", "the draft is not offered again")
    b.see("plan.txt")
    b.open()  # as after the browser was closed: the words are kept, the files are not
    b.press(w["go on"])
    must(b.field(w["subject"]).get_attribute("value") == "Viết dở thì hết phiên", "the draft is lost with the page")
    b.press(w["out"])
    b.field(w["account"])
    b.open()
    must("Viết dở" not in b.script("return document.body.textContent"), "the draft is shown to who is not signed in")


def cut(b, name, first):
    """The network is cut: it is said, and goes on by itself."""
    w = begin(b, "vi")
    enter(b, w, name, first)
    b.see("trực tuyến")
    b.network(False)
    b.press("Mới")
    b.see(w["away"])
    b.network(True)
    b.see("trực tuyến")
    b.until("said no more", lambda: b.find(".away") is None)


def unanswered(b, name, first):
    """One request has no answer while the stream of events goes on: whether the server is there is asked, and the list comes again."""
    w = begin(b, "vi")
    enter(b, w, name, first)
    b.see("trực tuyến")
    b.block("*/v1/documents*")
    b.press("Mới")
    b.see(w["away"])
    b.until("said no more", lambda: b.find(".away") is None)  # by the answer to another question
    b.block()
    b.until("the list", lambda: b.find(".failure") is None)


def recalled(b, name, first, folder, agree):
    """One of ours is asked back, and its recipient agrees: both are seen as they happen. Then it is written anew, and that is replaced."""
    w = begin(b, "vi")
    enter(b, w, name, first)
    b.get("nav a[aria-current]")
    write(b, w, "Văn bản có sai sót", os.path.join(folder, "plan.txt"))
    b.press(w["check"])
    b.press(w["send"])
    b.see(w["sent"])
    b.see("đã đến 1/1")
    b.press("Đề nghị thu hồi")
    b.write(w["reason"], "sai số liệu")
    b.script("document.querySelector('dialog form').requestSubmit()")
    b.see("Đã đề nghị thu hồi 1 văn bản")
    run(agree, b.script("return location.hash.split('/')[2].split('?')[0]"))
    b.see("đồng ý trả lại")
    must(b.find("a", "Thay thế") is None, "what has been given back is offered to be replaced")
    for way, note in (("Soạn lại", None), ("Thay thế", "Thay thế 0")):
        b.press(way)
        b.until("filled in", lambda: b.field(w["subject"]).get_attribute("value") == "Văn bản có sai sót")
        must((b.find(".note", note) is None) == (note is None), "what it replaces is not said")
        b.attach(os.path.join(folder, "plan.txt"))
        b.press(w["check"])
        b.press(w["send"])
        b.see(w["sent"])
        b.see("đã đến 1/1")


def search(b, name, first, deliver):
    """Found as one types, without tone marks; the filter is in the address, and the list live under it."""
    w = begin(b, "vi")
    enter(b, w, name, first)
    b.get("nav a[aria-current]")
    run(deliver, "Hướng dẫn nghiệp vụ lưu trữ")
    row_of(b, "Hướng dẫn nghiệp vụ lưu trữ")
    b.keys("/")
    b.keys(*"huong dan luu tru")
    b.until("one row", lambda: count_rows(b) == 1)
    must("text=huong" in b.script("return location.hash"), "the search is not in the address")
    b.driver.refresh()
    b.until("one row again", lambda: count_rows(b) == 1)
    b.write("Tìm", "qqq")
    b.until("none", lambda: count_rows(b) == 0)


def roles(b, menus):
    """Each role has its menu and no other view: NAME PASSWORD WORDS, a line each."""
    w = WORDS["vi"]
    b.open()
    for line in menus.splitlines():
        name, first, *words = line.split("|")
        enter(b, w, name, first)
        b.get("nav a[aria-current]")
        have = b.script("return [...document.querySelectorAll('nav a')].map((a) => a.firstChild.textContent)")
        must(have == words, "%s has %s" % (name, have))
        b.get("h1")
        b.until("loaded", lambda: b.find(".waiting") is None)
        must(b.find(".failure") is None, "%s meets a failure: %s" % (name, b.text()[:400]))
        b.go("#/send")
        if "Gửi văn bản" not in words:
            b.until("sent back", lambda: b.script("return location.hash") != "#/send")
        b.press(w["out"])
        b.field(w["account"])


def hostile(b, name, first):
    """HTML in each field that others fill is text, and a file that says that it is a PDF runs nothing."""
    w = begin(b, "vi")
    enter(b, w, name, first)
    row = row_of(b, "<img src=x onerror=")
    must("<b>Ban</b>" in row.text, "the name of the issuer is not as it was written: " + row.text)
    row.click()
    b.see(w["valid"])
    b.see("không đúng loại như tên ghi")
    for text in ("<script>document.title='XSS'<_script>.pdf", "<u>ghi chú</u>", "<b>Ban</b>"):
        must(text in b.script("return document.body.textContent"), "not shown as text: " + text)
    must(b.script("return document.querySelectorAll('main img, main script, main b, main u, iframe, object, embed').length") == 0, "HTML of others became elements")
    must("XSS" not in b.script("return document.title"), "a script of others has run")
    must(not b.overflow(), "wider than the window: %s" % b.overflow())


def looked_at(b, name, first, views):
    """No violation that axe finds, on each view, in light and dark; nothing wider than the window at three sizes."""
    w = begin(b, "vi")

    def look(what):
        for dark in (False, True):
            b.theme(dark)
            for line in b.axe():
                wrong.append("%s, %s: %s" % (what, "dark" if dark else "light", line))
        for size in SIZES:
            b.resize(size)
            must(not b.overflow(), "%s is wider than the window (%s): %s" % (what, size, b.overflow()))
        b.resize("desk")
        b.theme(False)

    b.field(w["account"])
    look("sign in")
    b.write(w["account"], name)
    b.write(w["password"], first)
    b.press(w["in"])
    b.field(w["today"])
    look("first password")
    b.open()
    b.field(w["today"])
    b.write(w["today"], first)
    b.write(w["new"], PASSWORD)
    b.write(w["again"], PASSWORD)
    b.press(w["change"])
    b.get("nav a[aria-current]")
    for view in views.split():
        b.go("#/" + view)
        b.get("h1")
        b.until("loaded", lambda: b.find(".waiting") is None)
        look(view)
    if "arrived" in views:
        b.go("#/arrived")
        b.until("a new one", lambda: b.script("return document.querySelector('.row.new a')")).click()
        b.see(w["valid"])
        look("a document")
        b.press(w["return"])
        b.get("dialog")
        look("a dialog")
        b.keys(Keys.ESCAPE)
        b.until("closed", lambda: b.find("dialog") is None)
    b.keys("?")
    b.get("dialog")
    look("the keys")


def load(b, most):
    """All that the first page wants, as it came over the line."""
    b.open()
    b.field(WORDS["vi"]["account"])
    bytes_ = b.script("return performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).reduce((n, e) => n + e.transferSize, 0)")
    must(0 < bytes_ <= int(most), "the first page takes %d bytes" % bytes_)
    print("# %d bytes" % bytes_)


def run(command, *more):
    subprocess.run(["bash", "-c", command, "scene", *more], check=True, stdout=subprocess.DEVNULL)


SCENES = {f.__name__: f for f in (day, back, killed, ended, cut, unanswered, recalled, search, roles, hostile, looked_at, load)}


def main():
    scene, url = sys.argv[1:3]
    b = Browser(url, os.environ.get("PAGE_SIZE", "desk"))
    try:
        SCENES[scene](b, *sys.argv[3:])
        wrong.extend(b.note())
    except AssertionError as e:
        wrong.append(str(e))
        wrong.extend(b.note())
    finally:
        if wrong and os.environ.get("PAGE_SHOT"):
            b.shot(os.environ["PAGE_SHOT"])
        b.close()
    for line in wrong:
        print("not as it should be: " + line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

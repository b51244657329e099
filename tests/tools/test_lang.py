"""The catalogues of the pages' words: the same keys and placeholders in each, none missing, none unused."""

import glob
import json
import os
import re
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
LANGS = ["en", "zh"]
LINE = re.compile(r'^  "([a-z0-9_]+)": "((?:[^"\\]|\\["\\])+)",?$')

# Keys that are made of a prefix and a name when the program runs (fp_lang_word_of), and where the names stand.
COMPOSED = {
    "fact": None, "many": None, "event": "src/plan/event.c", "kind": "src/profile/frame_kind.c",
    "symbol_title": None, "symbol_meaning": None, "symbol_advice": None, "outcome": None, "complete": None,
    "verdict": None, "form": "src/codec/reply.c", "worth": "src/press/worth.c", "unit_name": "src/base/unit.c", "unit": "src/base/unit.c", "month": None, "month_short": None, "weekday": None,
}
OUTCOMES = ["ok", "empty", "partial", "failed", "damaged", "missing"]
CAUSES = ["jit_map", "stripped_library", "stripped_executable", "unknown_address", "thread_entry"]


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def catalogue(tag):
    return json.loads(read(f"assets/lang/{tag}.json"))


def sources():
    paths = [path for folder in ("plan", "flame", "report", "press") for path in glob.glob(os.path.join(ROOT, "src", folder, "*.c"))]
    return {os.path.relpath(path, ROOT): read(path) for path in paths}


def key_of(name):
    return re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")


class Lang(unittest.TestCase):
    def test_one_sorted_entry_a_line(self):
        for tag in LANGS:
            lines = read(f"assets/lang/{tag}.json").split("\n")
            self.assertEqual((lines[0], lines[-2], lines[-1]), ("{", "}", ""))
            keys = []
            for line in lines[1:-2]:
                self.assertRegex(line, LINE, tag)
                keys.append(LINE.match(line)[1])
            self.assertEqual(keys, sorted(set(keys)), tag)

    def test_same_keys_and_placeholders(self):
        english = catalogue("en")
        for tag in LANGS[1:]:
            other = catalogue(tag)
            self.assertEqual(sorted(english), sorted(other))
            for key, text in english.items():
                self.assertEqual(set(re.findall(r"\{\d\}", text)), set(re.findall(r"\{\d\}", other[key])), key)
                self.assertTrue(other[key].strip(), key)

    def test_plural_forms_come_in_pairs(self):
        english = catalogue("en")
        for key in english:
            if key.endswith("_one"):
                self.assertIn(key[:-4] + "_other", english)

    def test_templates_find_their_words(self):
        english = catalogue("en")
        for path in glob.glob(os.path.join(ROOT, "templates", "*.mustache")):
            text = read(path)
            for key in re.findall(r"\{\{t\.(\w+)\}\}", text):
                self.assertTrue(key in english, f"{path}: {key}")
            plain = re.sub(r"<code>.*?</code>|<a href=\"latest.*?</a>|\{\{.*?\}\}", "", text, flags=re.S)
            attributes = re.findall(r'(?:aria-label|title|alt)="([^"]*)"', plain)
            for words in re.sub(r"<[^>]*>", "\n", plain).split("\n") + attributes:
                self.assertNotRegex(words, "[A-Za-z]{2}", f"{path}: words belong into assets/lang")

    def test_code_finds_its_words(self):
        english = catalogue("en")
        for name, text in sources().items():
            for key in re.findall(r'fp_(?:lang_word|model_word)\([^"();]*?"(\w+)"\)', text):
                self.assertTrue(key in english, f"{name}: {key}")
            for call in re.findall(r'fp_model_say\(([^;]*?), NULL\);', text, flags=re.S):
                self.check_said(call, 3, "", name)
            for call in re.findall(r'fp_model_say_count\(([^;]*?), NULL\);', text, flags=re.S):
                self.check_said(call, 4, "_other", name)
            for call in re.findall(r'fp_lang_say\(([^;]*?), NULL\);', text, flags=re.S):
                self.check_said(call, 2, "", name)
            for call in re.findall(r'fp_lang_say_count\(([^;]*?), NULL\);', text, flags=re.S):
                self.check_said(call, 3, "_other", name)

    def test_reasons_are_keys(self):
        """fp_baseline_lacks gets keys of the catalogue with all their arguments, and no words."""
        english, found = catalogue("en"), 0
        for name, text in sources().items():
            for call in re.findall(r"fp_baseline_lacks\(baseline, ([^;]*)\);", text):
                found += 1
                self.assertRegex(call, r", NULL$", name)
                literals = re.findall(r'"([^"]*)"', re.sub(r"fp_lang_word\([^)]*\)", "", call))
                self.assertTrue(literals or "lack.key" in call, call)
                for key in literals:
                    self.assertTrue(key in english, f"{name}: {key!r} is no key of assets/lang")
            for key in re.findall(r'(?:fp_baseline_lack_put\([^;]*?|none\(lack), "(\w+)"', text):
                self.assertTrue(key in english, f"{name}: {key!r} is no key of assets/lang")
        self.assertGreater(found, 8)

    def test_messages_stand_last(self):
        """A reason that has a message of the program ends in it: the page puts it behind the sentence, as English."""
        words = read("src/report/words.c")
        keys = re.findall(r'"(\w+)"', re.search(r"ends_in_message.*?};", words, flags=re.S)[0])
        self.assertEqual(len(keys), 4)
        for key in keys:
            for tag in LANGS:
                self.assertTrue(catalogue(tag)[key].endswith("{1}"), f"{tag}: {key}")

    def check_said(self, call, at, suffix, name):
        """The key is the argument at `at`; it may be a choice of several."""
        english = catalogue("en")
        arguments, depth, current = [], 0, ""
        for char in call:
            depth += (char in "([{") - (char in ")]}")
            if char == "," and depth == 0:
                arguments.append(current.strip())
                current = ""
            else:
                current += char
        arguments.append(current.strip())
        for key in re.findall(r'(?:^|[?:] *)"(\w+)"', arguments[at]):
            self.assertTrue(key + suffix in english, f"{name}: {key + suffix}")
            given = len(arguments) - at - 1
            for index in re.findall(r"\{(\d)\}", english[key + suffix]):
                self.assertLess(int(index), given, f"{name}: {key}")

    def test_composed_words_are_there(self):
        english = catalogue("en")
        titles = re.findall(r'\{ "[\w-]+", "([^"]+)"', read("src/plan/event.c"))
        kinds = re.findall(r'\{ "(\w+)", "[^"]+", \'', read("src/profile/frame_kind.c"))
        self.assertGreater(len(titles), 20)
        self.assertEqual(len(kinds), 9)
        wanted = ["event_" + key_of(title) for title in titles] + ["kind_" + kind for kind in kinds]
        wanted += ["outcome_" + outcome for outcome in OUTCOMES]
        wanted += [f"symbol_{part}_{cause}" for part in ("title", "meaning", "advice") for cause in CAUSES]
        wanted += [f"month_{month:02}" for month in range(1, 13)] + [f"month_short_{month:02}" for month in range(1, 13)]
        wanted += [f"weekday_{day}" for day in range(1, 8)]
        forms = re.findall(r'return "([^"]+)";', re.search("fp_form_name.*?default", read("src/codec/reply.c"), flags=re.S)[0])
        reasons = re.findall(r'(?:true|false), "([^"]+)" }|"(found less[^"]*)"', read("src/press/worth.c"))
        units = re.findall(r'\[FP_UNIT_\w+\] = { "(\w+)"', read("src/base/unit.c"))
        self.assertEqual((len(forms), len(reasons), len(units)), (5, 6, 7))
        wanted += ["form_" + key_of(form) for form in forms] + ["worth_" + key_of("".join(reason)) for reason in reasons]
        wanted += ["unit_name_" + unit for unit in units] + ["unit_" + unit for unit in units[2:]]
        self.assertEqual([key for key in wanted if key not in english], [])

    def test_english_is_that_of_the_summary(self):
        """What summary.json says in English of a cause, the page says in the same words."""
        english, symbols = catalogue("en"), re.sub(r'"\s*\n\s*"', "", read("src/profile/symbols.c"))
        for cause in CAUSES:
            for part in ("title", "meaning", "advice"):
                text = english[f"symbol_{part}_{cause}"].replace('"', '\\"')
                self.assertIn(f'"{text}"', symbols)

    def test_no_word_is_unused(self):
        everything = "\n".join(sources().values())
        templates = "\n".join(read(path) for path in glob.glob(os.path.join(ROOT, "templates", "*.mustache")))
        for key in catalogue("en"):
            stem = re.sub("_(one|other)$", "", key)
            used = f'"{key}"' in everything or f'"{stem}"' in everything or "{{t." + key + "}}" in templates
            composed = any(key.startswith(prefix + "_") for prefix in COMPOSED)
            self.assertTrue(used or composed, f"{key}: nothing uses it")


if __name__ == "__main__":
    unittest.main()

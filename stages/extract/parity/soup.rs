//! Pages made of random pieces of markup: what no one would write, and some do.

use std::fmt::Write;

use super::{oracle, reader};

const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<b>",
    "</b>",
    "<a href=x>",
    "</a>",
    "<i>",
    "</i>",
    "<span>",
    "</span>",
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<th>",
    "<tbody>",
    "</tbody>",
    "<thead>",
    "<caption>",
    "</caption>",
    "<colgroup>",
    "<col>",
    "<ul>",
    "</ul>",
    "<li>",
    "</li>",
    "<dl>",
    "<dt>",
    "<dd>",
    "</dl>",
    "<select>",
    "<option>",
    "</select>",
    "<optgroup>",
    "<button>",
    "</button>",
    "<form>",
    "</form>",
    "<h1>",
    "</h1>",
    "<h2>",
    "</h3>",
    "<br>",
    "</br>",
    "<pre>\n",
    "</pre>",
    "<textarea>\n",
    "</textarea>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<title>",
    "</title>",
    "<head>",
    "</head>",
    "<body>",
    "</body>",
    "<html>",
    "</html>",
    "<svg>",
    "</svg>",
    "<math>",
    "</math>",
    "<mi>",
    "</mi>",
    "<foreignObject>",
    "</foreignObject>",
    "<desc>",
    "<annotation-xml encoding=text/html>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "--!>",
    "<!",
    ">",
    "<?",
    "</",
    "<",
    "&amp;",
    "&amp",
    "&notit;",
    "&#65;",
    "&",
    ";",
    "\"",
    "'",
    "=",
    "<noscript>",
    "</noscript>",
    "<template>",
    "</template>",
    "<iframe>",
    "</iframe>",
    "<noframes>",
    "</noframes>",
    "<frameset>",
    "<plaintext>",
    "<xmp>",
    "</xmp>",
    "<listing>\n",
    "<image>",
    "<img>",
    "<input>",
    "<input type=hidden>",
    "<hr>",
    "<nobr>",
    "<marquee>",
    "</marquee>",
    "<object>",
    "</object>",
    "<ruby>",
    "<rt>",
    "<rp>",
    "<font color=x>",
    "</font>",
    "<center>",
    "<meta>",
    "<link>",
    "<base>",
    "<section>",
    "</section>",
    "<address>",
    "<custom-x>",
    "</custom-x>",
    "</table",
    "<blockquote>",
    "<details>",
    "<summary>",
    "<embed>",
    "<video>",
    "<source>",
    "<param>",
    "<isindex>",
    "<noembed>",
    "</noembed>",
    "<math/>",
    "<svg/>",
    "<div/>",
    "\r\n",
    "\r",
    " ",
    "\n",
];

/// A fixed generator: tests repeat.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % n
    }
}

#[test]
fn soup_reads_as_in_browsers() {
    const N: usize = 20_000;
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut read = reader();
    let (mut other_text, mut other_blocks) = (vec![], 0);
    for _ in 0..N {
        let mut html = String::new();
        for word in 0..=random.below(12) {
            html += PIECES[random.below(PIECES.len())];
            if random.below(3) > 0 {
                let _ = write!(html, "w{word}");
            }
        }
        let (ours, theirs) = (read(&html), oracle::read(&html).0);
        if ours.text.trim() != theirs.text.trim() {
            other_text.push(html);
        } else if ours.lines.trim() != theirs.lines.trim() {
            other_blocks += 1;
        }
    }
    eprintln!("of {N} made pages, {} have other text and {other_blocks} other blocks", other_text.len());
    let shown = &other_text[..other_text.len().min(20)];
    assert!(other_text.len() * 1000 <= N * 3 && other_blocks * 1000 <= N * 5, "{other_blocks}, {shown:#?}");
}

// Renders every icon of the project from the hand-written drawings in `icons/` into `icons/generated/`.
// It does not draw anything itself: shapes belong in the SVG files, only sizes and colours are chosen here.
//
//   node src-tauri/scripts/icons.mjs             write the generated files
//   node src-tauri/scripts/icons.mjs --check     fail when they differ from what the drawings give
//   node src-tauri/scripts/icons.mjs --picture   write the overview sheet docs/pictures/icons.png

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const sources = join(root, 'icons');
const generated = join(sources, 'generated');

// The colours of the coloured variant keep a contrast of 3:1 or more against both a light (#f2f2f2) and a dark (#222222) panel.
const states = {
  ok: '#2a9958',
  warning: '#c47a00',
  critical: '#e5484d',
  paused: '#868c94',
  degraded: '#868c94',
  busy: '#3d84e6',
};
const darkGlyph = '#2e3436';
const lightGlyph = '#f5f5f5';

// A macOS menu bar item is 18 points high. Cutting the empty border of two units off the 22 unit drawing keeps one unit on
// two whole pixels; scaling the drawing to 36 pixels would put every edge between pixels.
const menuBarBox = '2 2 18 18';
// The macOS icon grid wants a margin around the rounded square; everywhere else that margin only makes the icon smaller.
const applicationTightBox = '68 68 888 888';

/** Renders `drawing` to a square PNG of `pixels`, in `colour` and cut to `box` where these are given. */
function render(drawing, pixels, { colour, box } = {}) {
  let svg = readFileSync(join(sources, drawing), 'utf8');
  if (colour) svg = replaceOnce(svg, 'color="#000000"', `color="${colour}"`, drawing);
  if (box) {
    const side = box.split(' ')[2];
    const size = /width="\d+" height="\d+" viewBox="[^"]*"/.exec(svg)?.[0];
    svg = replaceOnce(svg, size, `width="${side}" height="${side}" viewBox="${box}"`, drawing);
  }
  const options = { fitTo: { mode: 'width', value: pixels }, font: { loadSystemFonts: false } };
  return Buffer.from(new Resvg(svg, options).render().asPng());
}

function replaceOnce(text, wanted, replacement, drawing) {
  if (!wanted || text.split(wanted).length !== 2) {
    throw new Error(`icons/${drawing}: expected exactly one ${wanted ?? 'width, height and viewBox'} in it`);
  }
  return text.replace(wanted, replacement);
}

/** The Apple icon container: a header, then entries of a four letter type, a length and a PNG. */
function appleIcon(pictureOf) {
  // `icp4` and `icp5` (16 and 32 pixels at 1x) are left out: the Finder shows a PNG in them scrambled, and without them it
  // scales the other entries well (https://github.com/idesis-gmbh/png2icons/issues/1).
  const types = { ic11: 32, ic12: 64, ic07: 128, ic13: 256, ic08: 256, ic14: 512, ic09: 512, ic10: 1024 };
  const entries = Object.entries(types).map(([type, pixels]) => chunk(type, pictureOf(pixels)));
  return chunk('icns', Buffer.concat(entries));
}

function chunk(type, content) {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(content.length + 8, 4);
  return Buffer.concat([head, content]);
}

/** The Windows icon container: a directory of 16 byte entries, then the PNGs that they point to. */
function windowsIcon(pictureOf) {
  const sizes = [16, 24, 32, 48, 64, 256];
  const pictures = sizes.map(pictureOf);
  const head = Buffer.alloc(6 + 16 * sizes.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(sizes.length, 4);
  let offset = head.length;
  sizes.forEach((pixels, index) => {
    const entry = 6 + 16 * index;
    // One byte holds the side, so the format writes 256 as 0.
    head.writeUInt8(pixels % 256, entry);
    head.writeUInt8(pixels % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(pictures[index].length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += pictures[index].length;
  });
  return Buffer.concat([head, ...pictures]);
}

/** All generated files: path inside `icons/generated` to content. */
function outputs() {
  const files = new Map();
  for (const [state, colour] of Object.entries(states)) {
    const drawing = `tray/${state}.svg`;
    files.set(`tray/${state}-template.png`, render(drawing, 36, { box: menuBarBox }));
    files.set(`tray/${state}-light.png`, render(drawing, 44, { colour: darkGlyph }));
    files.set(`tray/${state}-dark.png`, render(drawing, 44, { colour: lightGlyph }));
    files.set(`tray/${state}-color.png`, render(drawing, 44, { colour }));
  }
  const tight = (pixels) => render('app.svg', pixels, { box: applicationTightBox });
  files.set('32x32.png', tight(32));
  files.set('128x128.png', tight(128));
  files.set('128x128@2x.png', tight(256));
  files.set('icon.png', tight(512));
  files.set(
    'icon.icns',
    appleIcon((pixels) => render('app.svg', pixels)),
  );
  files.set('icon.ico', windowsIcon(tight));
  return files;
}

function write(files) {
  rmSync(generated, { recursive: true, force: true });
  for (const [path, content] of files) {
    mkdirSync(dirname(join(generated, path)), { recursive: true });
    writeFileSync(join(generated, path), content);
  }
  console.log(`wrote ${files.size} files to icons/generated`);
}

function check(files) {
  const complaints = [];
  for (const [path, content] of files) {
    const present = readOrNull(join(generated, path));
    if (present === null) complaints.push(`${path} is missing`);
    else if (!present.equals(content)) complaints.push(`${path} differs from its drawing`);
  }
  for (const entry of listOrEmpty(generated)) {
    if (!files.has(entry)) complaints.push(`${entry} comes from no drawing`);
  }
  if (complaints.length === 0) return console.log(`${files.size} icons match their drawings`);
  console.error(complaints.map((complaint) => `icons/generated/${complaint}`).join('\n'));
  console.error('Run `node src-tauri/scripts/icons.mjs` and commit the result.');
  process.exitCode = 1;
}

function readOrNull(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

function listOrEmpty(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath ?? entry.path, entry.name)
          .slice(folder.length + 1)
          .replaceAll('\\', '/'),
      );
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

/** The overview sheet. Its words use a font of this machine, so it is a picture for people and no part of `--check`. */
function picture() {
  const parts = [];
  const place = (png, x, y, side) =>
    parts.push(
      `<image href="data:image/png;base64,${png.toString('base64')}" x="${x}" y="${y}" width="${side}" height="${side}" image-rendering="optimizeSpeed"/>`,
    );
  const word = (text, x, y, fill) =>
    parts.push(
      `<text x="${x}" y="${y}" font-family="DejaVu Sans, Helvetica, Arial" font-size="13" fill="${fill}">${text}</text>`,
    );
  const panels = [
    { x: 110, paper: '#f2f2f2', ink: '#5c6166', glyph: darkGlyph },
    { x: 590, paper: '#222222', ink: '#a9aeb4', glyph: lightGlyph },
  ];
  const rowHeight = 104;
  const height = 44 + rowHeight * Object.keys(states).length + 156;
  parts.push(`<rect width="1070" height="${height}" fill="#ffffff"/>`);
  for (const { x, paper, ink } of panels) {
    parts.push(`<rect x="${x}" width="480" height="${height}" fill="${paper}"/>`);
    ['18', '22', '44', 'colour', '22 x 4', '36 x 2'].forEach((title, column) =>
      word(title, x + [20, 62, 106, 166, 268, 372][column], 28, ink),
    );
  }
  Object.entries(states).forEach(([state, colour], row) => {
    const drawing = `tray/${state}.svg`;
    const y = 44 + rowHeight * row;
    word(state, 20, y + 48, '#24292e');
    for (const { x, glyph } of panels) {
      const panel = render(drawing, 22, { colour: glyph });
      place(render(drawing, 18, { colour: glyph, box: menuBarBox }), x + 20, y + 35, 18);
      place(panel, x + 60, y + 33, 22);
      place(render(drawing, 44, { colour: glyph }), x + 104, y + 22, 44);
      place(render(drawing, 22, { colour }), x + 166, y + 33, 22);
      place(render(drawing, 44, { colour }), x + 200, y + 22, 44);
      place(panel, x + 268, y, 88);
      place(render(drawing, 36, { colour: glyph, box: menuBarBox }), x + 372, y + 8, 72);
    }
  });
  const y = height - 144;
  word('application', 20, y + 68, '#24292e');
  for (const { x } of panels) {
    let left = x + 20;
    for (const pixels of [128, 64, 48, 32, 24, 16]) {
      place(render('app.svg', pixels, { box: applicationTightBox }), left, y + 64 - pixels / 2, pixels);
      left += pixels + 20;
    }
  }
  const target = join(root, 'docs', 'pictures', 'icons.png');
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(
    target,
    new Resvg(`<svg xmlns="http://www.w3.org/2000/svg" width="1070" height="${height}">${parts.join('')}</svg>`)
      .render()
      .asPng(),
  );
  console.log('wrote docs/pictures/icons.png');
}

const [flag, ...surplus] = process.argv.slice(2);
if (surplus.length > 0 || ![undefined, '--check', '--picture'].includes(flag)) {
  console.error('usage: icons.mjs [--check | --picture]');
  process.exitCode = 2;
} else if (flag === '--check') check(outputs());
else if (flag === '--picture') picture();
else write(outputs());

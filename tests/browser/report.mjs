// Opens reports in a browser as their readers do: on a phone, a laptop and a large screen, in light and dark, by keyboard and on paper.
//
// Arguments: the program. Prints a line a check that fails, and the totals as `cargo test` does.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const WIDTHS = [360, 800, 1600];
const SCHEMES = ['light', 'dark'];
const MOST_BYTES = 1.5e6;
const MOST_PAGES = { 'targeted-vs-spray': 8, 'how-often': 16, names: 12 };
const HERE = fileURLToPath(new URL('.', import.meta.url));
const [program, pictures] = process.argv.slice(2);

let passed = 0;
let failed = 0;

function check(name, faults) {
    if (faults.length === 0) {
        passed += 1;
        return;
    }
    failed += 1;
    console.log(`test ${name} ... FAILED`);
    faults.slice(0, 8).forEach((fault) => console.log(`    ${fault}`));
    if (faults.length > 8) console.log(`    and ${faults.length - 8} more`);
}

// What is wrong with the page as it is laid out now; runs in the browser.
function layout() {
    const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.tip');
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        const element = node.parentElement;
        if (!node.data.trim() || element.closest('title, desc') || !shown(element)) continue;
        if (getComputedStyle(element.closest('thead') ?? element).clipPath !== 'none') continue;
        // A drawing that is wider than a phone is moved within its frame: what the frame hides is not seen.
        const frame = element.closest('.drawing')?.getBoundingClientRect();
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects()) {
            // Of a line's height the letters take about a half; what hangs below and stands above may touch.
            const inset = 0.25 * box.height;
            const isSeen = !frame || (box.left >= frame.left - 1 && box.right <= frame.right + 1);
            if (box.width > 1 && isSeen) {
                texts.push({ element, words: node.data.trim().slice(0, 40), left: box.left + 1, right: box.right - 1, top: box.top + inset, bottom: box.bottom - inset });
            }
        }
    }
    const size = (element) => {
        const matrix = element instanceof SVGGraphicsElement ? element.getScreenCTM() : { a: 1, b: 0 };
        return Number.parseFloat(getComputedStyle(element).fontSize) * Math.hypot(matrix.a, matrix.b);
    };
    texts.sort((a, b) => a.top - b.top);
    const overlaps = [];
    texts.forEach((a, i) => {
        for (let j = i + 1; j < texts.length && texts[j].top < a.bottom; j += 1) {
            const b = texts[j];
            if (a.left < b.right && b.left < a.right) overlaps.push(`"${a.words}" and "${b.words}"`);
        }
    });
    const wide = texts.filter((text) => text.right > document.documentElement.clientWidth + 1 || text.left < -1);
    const scroll = document.documentElement.scrollWidth - document.documentElement.clientWidth;

    const channels = (colour) => {
        const [r, g, b, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
        return { rgb: [r, g, b], alpha };
    };
    const over = ({ rgb, alpha }, below) => rgb.map((channel, i) => alpha * channel + (1 - alpha) * below[i]);
    const luminance = (rgb) => {
        const linear = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const paint = (element) => {
        const style = getComputedStyle(element);
        if (element instanceof SVGElement) {
            const isFilled = style.fill !== 'none' && !(element instanceof SVGTextElement) && element.tagName !== 'svg' && element.tagName !== 'g';
            return isFilled ? { rgb: channels(style.fill).rgb, alpha: Number(style.fillOpacity) } : undefined;
        }
        const colour = channels(style.backgroundColor);
        return colour.alpha > 0 ? colour : undefined;
    };
    const pale = [];
    for (const text of texts) {
        const style = getComputedStyle(text.element);
        const isDrawn = text.element instanceof SVGElement;
        const stack = document.elementsFromPoint((text.left + text.right) / 2, (text.top + text.bottom) / 2);
        const below = stack.slice(stack.indexOf(text.element) + 1).map(paint).filter(Boolean).reverse();
        const ground = below.reduce((ground, layer) => over(layer, ground), [255, 255, 255]);
        const colour = channels(isDrawn ? style.fill : style.color);
        const ink = over(colour, ground);
        const [high, low] = [luminance(ink), luminance(ground)].sort((a, b) => b - a);
        const ratio = (high + 0.05) / (low + 0.05);
        const wanted = size(text.element) >= 24 || (size(text.element) >= 18.66 && Number(style.fontWeight) >= 600) ? 3 : 4.5;
        if (ratio < wanted) pale.push(`"${text.words}": ${ratio.toFixed(2)} instead of ${wanted}`);
    }
    const small = texts.filter(({ element }) => size(element) < 10.5);
    return {
        overlaps,
        scroll: scroll > 0 ? [`${scroll} pixels`] : [],
        wide: wide.map((text) => text.words),
        pale,
        small: small.map((text) => text.words),
    };
}

async function opened(browser, file, width, scheme) {
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 }, deviceScaleFactor: 1 });
    const page = await context.newPage();
    const heard = [];
    page.on('request', (request) => {
        if (!request.url().startsWith('file:') && !request.url().startsWith('data:')) heard.push(request.url());
    });
    page.on('dialog', (dialog) => {
        heard.push(`dialog: ${dialog.message()}`);
        dialog.dismiss();
    });
    await page.goto(pathToFileURL(file).href);
    await page.evaluate(() => document.fonts.ready);
    return { page, heard, close: () => context.close() };
}

// The page as tall as it is, so that all of it is in view.
async function stretched(page, width) {
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height: height + 400 });
}

async function looked(browser, name, file, width, scheme) {
    const { page, heard, close } = await opened(browser, file, width, scheme);
    const about = `${name} at ${width} in ${scheme}`;
    await stretched(page, width);
    if (pictures) await page.screenshot({ path: join(pictures, `${name}-${width}-${scheme}.png`), fullPage: true });
    for (const [fold, state] of [[false, 'folded'], [true, 'unfolded']]) {
        await page.evaluate((open) => document.querySelectorAll('details').forEach((one) => { one.open = open; }), fold);
        await stretched(page, width);
        const found = await page.evaluate(layout);
        check(`${about}, ${state}: nothing is scrolled sideways`, found.scroll);
        check(`${about}, ${state}: no text leaves the page`, found.wide);
        check(`${about}, ${state}: no two texts overlap`, found.overlaps);
        check(`${about}, ${state}: every text has contrast`, found.pale);
        check(`${about}, ${state}: every text is large enough`, found.small);
    }
    if (pictures) await page.screenshot({ path: join(pictures, `${name}-${width}-${scheme}-open.png`), fullPage: true });
    check(`${about}: nothing is asked of anyone`, heard);
    await close();
}

// By keyboard alone: every definition opens, lies within the page beside its word, and closes; every fold opens.
async function keyed(browser, name, file, width) {
    const { page, close } = await opened(browser, file, width, 'light');
    const faults = [];
    const terms = await page.locator('.term').count();
    if (terms === 0) faults.push('no word has a definition');
    const folds = await page.locator('details').count();
    let reached = 0;
    let unfolded = 0;
    for (let i = 0; i < 600 && reached + unfolded < terms + folds; i += 1) {
        await page.keyboard.press('Tab');
        const kind = await page.evaluate(() => (document.activeElement.matches('.term') ? 'term' : document.activeElement.tagName));
        if (kind === 'SUMMARY') {
            await page.keyboard.press('Enter');
            unfolded += await page.evaluate(() => Number(document.activeElement.parentElement.open));
        }
        if (kind !== 'term') continue;
        reached += 1;
        await page.keyboard.press('Enter');
        const fault = await page.evaluate(() => {
            const term = document.activeElement;
            const tip = document.querySelector(':popover-open');
            if (!tip) return `"${term.textContent}" has no open definition`;
            const [word, box] = [term.getBoundingClientRect(), tip.getBoundingClientRect()];
            const isInside = box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight;
            const isBeside = box.top >= word.bottom - 1 || box.bottom <= word.top + 1;
            if (!isInside) return `the definition of "${term.textContent}" leaves the window`;
            return isBeside ? undefined : `the definition of "${term.textContent}" hides it`;
        });
        if (fault) faults.push(fault);
        if (pictures && reached === 2) await page.screenshot({ path: join(pictures, `${name}-${width}-tip.png`) });
        await page.keyboard.press('Escape');
        if (await page.locator(':popover-open').count()) faults.push('Escape closes no definition');
    }
    if (reached < terms) faults.push(`${reached} of ${terms} definitions are reached`);
    if (unfolded < folds) faults.push(`${unfolded} of ${folds} folds open`);
    const hovered = page.locator('.term').first();
    await hovered.hover();
    if (!(await page.locator('.term:hover + .tip').isVisible())) faults.push('hovering shows no definition');
    check(`${name} at ${width}: definitions and folds open by keyboard, and definitions on hover`, faults);
    await close();
}

async function printed(browser, name, file) {
    const { page, close } = await opened(browser, file, 1000, 'dark');
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: false, path: pictures && join(pictures, `${name}.pdf`) });
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
    check(`${name}: prints to at most ${MOST_PAGES[name]} pages`, pages <= MOST_PAGES[name] ? [] : [`${pages} pages`]);
    await close();
}

async function named(browser, file, scenario) {
    const { page, heard, close } = await opened(browser, file, 800, 'light');
    const text = readFileSync(scenario, 'utf8');
    const names = [...text.matchAll(/^\[plan\.(?:"(.*)"|(.*))\]$/gm)].map((match) => match[1] ?? match[2]);
    names.push(...['question', 'currency'].map((key) => JSON.parse(text.match(new RegExp(`^${key} = (".*")$`, 'm'))[1])));
    const found = await page.evaluate((names) => ({
        missing: names.filter((name) => !document.body.innerText.includes(name)),
        foreign: [...document.querySelectorAll('script, img, iframe, link')].map((element) => element.outerHTML),
        title: document.title,
    }), names);
    check('names: every name is shown as it is written', found.missing);
    check('names: no name is obeyed', [...found.foreign, ...heard, ...(found.title.startsWith('Is <b>a name') ? [] : [found.title])]);
    await close();
}

const out = mkdtempSync(join(tmpdir(), 'wearout-reports-'));
const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
    const names = join(HERE, 'names.toml');
    for (const [name, scenario] of [['targeted-vs-spray', 'targeted-vs-spray'], ['how-often', 'how-often'], ['names', names]]) {
        execFileSync(program, ['run', scenario, '--quiet', '--out', out], { stdio: ['ignore', 'ignore', 'inherit'] });
        const file = join(out, name, '0001', 'report.html');
        const size = statSync(file).size;
        check(`${name}: the report is below ${MOST_BYTES} bytes`, size < MOST_BYTES ? [] : [`${size} bytes`]);
        for (const width of WIDTHS) {
            for (const scheme of SCHEMES) await looked(browser, name, file, width, scheme);
            await keyed(browser, name, file, width);
        }
        await printed(browser, name, file);
        if (name === 'names') await named(browser, file, names);
    }
} finally {
    await browser.close();
    rmSync(out, { recursive: true });
}
console.log(`test result: ${failed === 0 ? 'ok' : 'FAILED'}. ${passed} passed; ${failed} failed; 0 ignored`);
process.exit(failed === 0 ? 0 : 1);

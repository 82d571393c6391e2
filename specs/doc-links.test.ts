// Every link of README.md and of the pages in docs/ that stays in this repository leads to a file, and to a heading of it.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const pages = ['README.md', 'CHANGELOG.md', ...globSync('docs/*.md')].map((page) => page.replaceAll('\\', '/'))

/** What is wrong with a page's links. */
function deadLinks(page: string, text: string): readonly string[] {
  const links = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return links
    .filter((target) => !/^[a-z]+:/.test(target))
    .flatMap((target) => {
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      if (!existsSync(file)) return [`${page}: no file ${file}`]
      if (anchor === undefined) return []
      return anchorsOf(readFileSync(file, 'utf8')).has(anchor) ? [] : [`${page}: ${file} has no heading #${anchor}`]
    })
}

/** A page without its code, in which brackets and # mean something else. */
function proseOf(text: string): string {
  return text.replaceAll(/^```[^]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '')
}

/** The anchors that GitHub makes of headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#{1,6} (.+)$/gm)]
  return new Set(
    headings.map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

test.each(pages)('every link of %s leads somewhere', (page) => {
  expect(deadLinks(page, readFileSync(page, 'utf8'))).toEqual([])
})

test.each([
  ['[a](nowhere.md)', 'docs/x.md: no file docs/nowhere.md'],
  ['[a](../README.md#no-such-thing)', 'docs/x.md: README.md has no heading #no-such-thing'],
])('finds what is wrong with %s', (text, problem) => {
  expect(deadLinks('docs/x.md', text)).toEqual([problem])
})

test.each(['[a](../README.md#five-minutes)', '[a](https://teracloud.com)', '`[a](nowhere.md)`'])(
  'finds nothing wrong with %s',
  (text) => {
    expect(deadLinks('docs/x.md', text)).toEqual([])
  },
)

test('every page is reached from the README', () => {
  const readme = readFileSync('README.md', 'utf8')
  const reached = pages.filter((page) => page.startsWith('docs/') && readme.includes(`](${page}`))
  expect(reached).toEqual(pages.filter((page) => page.startsWith('docs/')))
})

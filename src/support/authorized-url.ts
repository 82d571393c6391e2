/** A URL without the user and password that stood in it, and the header that says them instead. */
export interface AuthorizedUrl {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Takes credentials out of a URL: `fetch` refuses them there, and what stands in a URL gets into messages.
 * @throws TypeError when it is no URL
 */
export function authorizedUrl(text: string): AuthorizedUrl {
  if (!URL.canParse(text))
    throw new TypeError(`Expected a URL such as http://host:9090/, got ${withoutCredentials(text)}`)
  const url = new URL(text)
  const { username, password } = url
  if (username === '' && password === '') return { url: url.href, headers: {} }
  url.username = ''
  url.password = ''
  const token = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  return { url: url.href, headers: { authorization: `Basic ${token}` } }
}

/** The same text without what stands before an `@` in a URL's authority. */
export function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//')
}

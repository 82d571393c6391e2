/** What a receiver does with a request, decided before its body is read. */
export type ReceiverAnswer =
  /** Read the body, hand it on, answer 204. */
  | { readonly kind: 'inject' }
  | { readonly kind: 'page'; readonly body: object }
  | { readonly kind: 'status'; readonly status: 404 | 405 | 500 }

/**
 * What the toolkit's receiver (HTTPBLOBInjection, toolkit reference §3.1) does with a request: a POST of the right content type
 * at the inject path is taken, another one there is a 500, another method a 405; the information pages have no effect; all else is
 * not there.
 */
export function receiverAnswer(
  request: { readonly method: string; readonly url: string; readonly contentType: string | undefined },
  injectPath: string,
): ReceiverAnswer {
  const path = pathOf(request.url)
  if (path === injectPath) {
    if (request.method !== 'POST') return { kind: 'status', status: 405 }
    return isBlob(request.contentType) ? { kind: 'inject' } : { kind: 'status', status: 500 }
  }
  const page = request.method === 'GET' ? informationPage(path, injectPath) : undefined
  return page === undefined ? { kind: 'status', status: 404 } : { kind: 'page', body: page }
}

/** As in the receiver's source (S9 of the toolkit reference): in lower case, alone or followed by parameters. */
function isBlob(contentType: string | undefined): boolean {
  return contentType === 'application/octet-stream' || contentType?.startsWith('application/octet-stream;') === true
}

/** The probes that have no effect: their paths are in toolkit reference §3.1, their members in data-exchange reference §8. */
function informationPage(path: string, injectPath: string): object | undefined {
  const [, context = '', operator = ''] = injectPath.split('/')
  switch (path) {
    case '/ports/info':
      return { exposedPorts: [{ operatorPath: operator, portType: 'output', contextPaths: { inject: injectPath } }] }
    case '/contexts/info':
      return { contextResourceBases: [{ contextPath: `/${context}`, resourceBase: '' }] }
    case injectPath.replace(/inject$/, 'info'):
      return { operatorPath: operator, portType: 'output', portIndex: 0 }
    default:
      return undefined
  }
}

/** The path without its query; one that is no valid encoding names nothing here, and so stays as it is. */
function pathOf(url: string): string {
  const [path = ''] = url.split('?')
  try {
    return decodeURI(path)
  } catch (error) {
    if (error instanceof URIError) return path
    throw error
  }
}

/** Longest text of a server that is quoted. */
const quotedCharactersMax = 300

/**
 * What a server says in the body of an error: `{id, message}` of Streams 4, `{messages: [{id, message}]}` of Streams 5 and of
 * the data service (streams-rest-api reference §3; 7.2 may use either), or the beginning of anything else. Undefined when the
 * body says nothing.
 */
export function serverMessage(body: string): string | undefined {
  const parsed = parseJson(body)
  const said = messageOf(firstOf(memberOf(parsed, 'messages'))) ?? messageOf(parsed)
  return said ?? quoteBody(body)
}

/** The beginning of a body that is not what was expected, on one line and without mark-up; undefined when nothing is left. */
export function quoteBody(body: string): string | undefined {
  const text = body
    // Only the beginning can be quoted, and mark-up of a large page need not be searched.
    .slice(0, quotedCharactersMax * 10)
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  if (text === '') return undefined
  return text.length > quotedCharactersMax ? `${text.slice(0, quotedCharactersMax)} …` : text
}

function messageOf(value: unknown): string | undefined {
  const id = memberOf(value, 'id')
  const message = memberOf(value, 'message')
  if (typeof message !== 'string' || message === '') return undefined
  const text = quoteBody(message)
  return typeof id !== 'string' || message.startsWith(id) ? text : `${id} ${text ?? ''}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A body that is no JSON is quoted as it is.
    return undefined
  }
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}

// A file as an answer: what a browser saves, or shows where a route says so.

/** @param more headers of this kind of file, over the common ones */
export const answerDownload = (
  body: string | Uint8Array<ArrayBuffer>,
  { type, name, more = {} }: { type: string; name: string; more?: Record<string, string> },
): Response =>
  new Response(body, {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...more,
    },
  })

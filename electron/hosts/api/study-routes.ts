// The routes of contract/api/studies.ts.
import type { studyRoutes } from '../../../contract/api/studies.ts'
import type { Services } from '../../services/services.ts'
import { createStudyDesk } from '../../services/study/study-desk.ts'
import type { Implementations } from './create-handler.ts'
import { answerDownload } from './answer-download.ts'

export function implementStudies(services: Services): Implementations<keyof typeof studyRoutes> {
  const desk = createStudyDesk(services)
  return {
    listStudies: () => desk.list(),
    startStudy: ({ body }) => desk.start(body),
    planStudy: ({ body }) => desk.plan(body),
    measureStudy: ({ body }) => desk.startMeasure(body),
    getStudy: ({ params }) => desk.get(params.study),
    resumeStudy: ({ params }) => desk.resume(params.study),
    controlStudy: ({ params, body }) => desk.control(params.study, body.request),
    removeStudy: ({ params }) => ({ removed: desk.remove(params.study) }),
    restoreStudy: ({ params }) => desk.restore(params.removed),
    getStudyResults: ({ params, query }) => desk.results(params.study, query.metric),
    getStudyFile: ({ params: { study, file }, query: { inline } }) =>
      answerFile(desk.file(study, file), file, `${study}-${file}`, inline === 'true'),
  }
}

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  tex: 'application/x-tex; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
}

/** A report that is shown has its styles and pictures inside, and may load and run nothing. */
function answerFile(text: string, file: string, name: string, inline: boolean): Response {
  const shown = inline && file.endsWith('.html')
  return answerDownload(text, {
    type: types[file.split('.').at(-1) ?? ''] ?? 'text/plain; charset=utf-8',
    name,
    more: shown
      ? {
          'content-disposition': `inline; filename="${name}"`,
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
        }
      : {},
  })
}

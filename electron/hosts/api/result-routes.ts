// The routes of contract/api/results.ts.
import type { resultRoutes } from '../../../contract/api/results.ts'
import type { Services } from '../../services/services.ts'
import type { Implementations } from './create-handler.ts'
import { answerDownload } from './answer-download.ts'

export function implementResults(services: Services): Implementations<keyof typeof resultRoutes> {
  const { results, folders, tasks } = services
  return {
    listReports: () => results.list(),
    compareReports: ({ query: { metric, ...chosen } }) => results.compare(chosen, metric),
    getResultsCsv: ({ query: { table, ...chosen } }) =>
      answerDownload(results.csv(chosen, table), {
        type: 'text/csv; charset=utf-8',
        name: `${chosen.dataset}-${table}.csv`,
      }),
    getResultsHtml: ({ query }) =>
      answerDownload(results.html(query, new Date()), {
        type: 'text/html; charset=utf-8',
        name: `${query.dataset}-results.html`,
      }),
    startEvaluation: ({ params: { run }, body }) =>
      tasks.start({ kind: 'evaluate', title: `Evaluating ${run} on ${body.dataset}`, subject: run }, (context) =>
        services.evaluateRun(defined({ run, ...body }), context),
      ),
    getPseudoReview: ({ params }) => results.pseudoReview(params.run),
    sendReview: ({ params, body }) => results.sendReview(params.run, body),
    listRunCases: ({ params }) => results.runCases(params.run),
    planExport: ({ params: { run }, body }) =>
      results.planExport(defined({ run, ...body, output: folders.resolveNew(body.output) })),
    startExport({ params: { run }, body }) {
      const request = defined({ run, ...body, output: folders.resolveNew(body.output) })
      return tasks.start({ kind: 'export', title: `Exporting segmentations of ${run}`, subject: run }, (context) =>
        services.exportRun(request, context),
      )
    },
    planPrediction: ({ params: { run }, body: { inputs, ...body } }) =>
      results.planPrediction(
        defined({
          run,
          ...body,
          inputs: inputs.map(folders.resolveAddress),
          output: folders.resolveNew(body.output),
        }),
      ),
    startPrediction({ params: { run }, body: { inputs, ...body } }) {
      const input = inputs.map(folders.resolveAddress)
      const request = defined({ run, ...body, input, output: folders.resolveNew(body.output) })
      return tasks.start({ kind: 'predict', title: `Segmenting images with ${run}`, subject: run }, (context) =>
        services.predictWithRun(request, context),
      )
    },
    listUploads: () => results.uploads.list(),
    uploadImage: ({ params, request, signal }) => results.uploads.store(params.file, request.body, signal),
    removeUpload: ({ params }) => results.uploads.remove(params.file),
  }
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** Services tell what was left out from what was given as undefined. */
const defined = <T extends object>(request: T): Defined<T> =>
  Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)) as Defined<T>

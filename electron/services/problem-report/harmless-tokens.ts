// What may be told of a piece of a text that is neither a name nor one of our phrases. Unless its form says that it is
// harmless, it is not told.
import { constants } from 'node:os'

export const LEFT_OUT = '[...]'

/** Whole tokens alone: a part of one may be a part of somebody's number. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/
const DATE = /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d\d|\d{4}))$/
const IMAGE_FILE = /\.(nii\.gz|nii|nrrd|nhdr|mha|mhd|dcm|hdr|img|raw|zip|tar|tgz|csv|tsv)$/i
const PATH = /^(~|\.{0,2}[\\/]|[A-Za-z]:[\\/]|file:|\\\\)|[\\/]/
/** Counts, sizes and durations; longer numbers may be somebody's. */
const NUMBER = /^-?\d{1,5}(\.\d{1,6})?(e[-+]?\d{1,3})?(ms|mm|m|min|s|h|GB|MB|KB|kB|x|D|th|st|nd|rd)?$/i
const GRID = /^\d{1,4}(x\d{1,4}){1,3}$/
/** One of so many; a month of a year is a date. */
const SHARE = /^\d{1,5}\/\d{1,5}$/
const MONTH = /^\d{1,2}[-/.](19|20)\d\d$/
const TENSOR = /^(shape)?\[\d{1,4}(,\d{1,4})*$/
const STAGE = /^(stage|model)\d$/
const VERSION = /^v?\d{1,4}(\.\d{1,4}){1,3}(-[a-z]+(\.\d+)?)?$/
/** Of the system and of SQLite. */
const SYSTEM_ERRORS = new Set([...Object.keys(constants.errno), ...Object.keys(constants.signals), 'ENOTFOUND'])
const NODE_ERROR = /^(SQLITE_[A-Z_]+|ERR_[A-Z_]+|DEP\d{4})$/
const ERROR_CLASSES = new Set(
  `Error TypeError RangeError ReferenceError SyntaxError AggregateError SqliteError SystemError AbortError TimeoutError
  ZodError OrganMosaicError AssertionError DeprecationWarning ExperimentalWarning Warning MaxListenersExceededWarning
  UnhandledPromiseRejectionWarning CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS
  PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE
  DATA_LOSS UNAUTHENTICATED std::bad_alloc CUDA_ERROR_OUT_OF_MEMORY`.split(/\s+/),
)
/** As TensorFlow names what failed. */
const OPERATION =
  /^Op:(Conv[123]D\w*|FusedBatchNorm\w*|LeakyRelu\w*|Relu|L2Loss|MatMul|BatchMatMul\w*|Add\w*|Sub|Mul|Div\w*|Max|Mean|Sum|Softmax|Concat\w*|Slice|Pad\w*|Reshape|Transpose|Gather\w*|Cast|Resize\w*|StridedSlice|Unpack|Pack)$/
const MAKERS = new Set(
  `NVIDIA AMD Intel(R Intel Apple GeForce RTX GTX Tesla Quadro Ti PRO SUPER GPU CPU Core(TM Xeon(R EPYC Ryzen PCIe NVLink HBM2
  HBM3 SXM SXM2 SXM4 SXM5 NVL MIG Laptop Processor Graphics Generation Ada Blackwell CUDA cuDNN TensorFlow tfjs tfjs-node
  PyPI linux linux-x64 linux-arm64 win32-x64 darwin-arm64 darwin-x64 GFLOP/s GB MB`.split(/\s+/),
)
const CARD = /^([AHLTVPBKM]\d{1,3}0?[A-Z]?|GH\d{3}|GB\d{3}|\d{2,3}GB)(-\w{2,6}){0,3}$/

export type TokenKind = 'kept' | 'number' | 'error' | 'replaced' | 'left-out'

/** @param ofMachine what tells of the machine alone may name versions and its parts */
export function judgeToken(token: string, ofMachine: boolean): { kind: TokenKind; text: string } {
  const kept = (kind: TokenKind) => ({ kind, text: token })
  if (ISO_TIME.test(token) || token === 'GFLOP/s') return kept('kept')
  if (DATE.test(token) || MONTH.test(token)) return { kind: 'replaced', text: '[date]' }
  if (ofMachine && (MAKERS.has(token) || VERSION.test(token) || CARD.test(token))) return kept('kept')
  if (SHARE.test(token)) return kept('number')
  if (PATH.test(token)) return { kind: 'replaced', text: '[path]' }
  if (IMAGE_FILE.test(token)) return { kind: 'replaced', text: '[file]' }
  if (SYSTEM_ERRORS.has(token) || NODE_ERROR.test(token) || ERROR_CLASSES.has(token) || OPERATION.test(token)) {
    return kept('error')
  }
  if (NUMBER.test(token) || GRID.test(token)) return kept('number')
  if (TENSOR.test(token) || STAGE.test(token)) return kept('kept')
  return token.length === 1 && /\p{L}/u.test(token) ? kept('kept') : { kind: 'left-out', text: LEFT_OUT }
}

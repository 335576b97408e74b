import cornerstone from 'cornerstone-core'

export const draw = (element: unknown) => cornerstone.enable(element)

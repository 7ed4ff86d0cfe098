package manifest

// EveryKind has one object of each modelled kind.
const EveryKind = everyKind

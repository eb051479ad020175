// Which way the imports run between the rooms of src/ (docs/architecture.md), checked by `npm run ok`.
// Imports run one way and only through a room's door, mod.ts; nothing runs in circles.

/** For each room, the rooms it may import. */
const rooms = {
  isa: [],
  cycles: ["isa"],
  hypercall: [],
  cpu: ["isa", "cycles"],
  vmx: ["cpu", "isa", "cycles"],
  machine: ["cpu", "isa", "cycles"],
  vmm: ["machine", "vmx", "cpu", "isa", "cycles", "hypercall"],
  guests: ["isa", "hypercall"],
  experiments: ["guests", "vmm", "machine", "cpu", "isa", "cycles", "hypercall"],
  notebook: ["experiments", "guests", "vmm", "machine", "vmx", "cpu", "isa", "cycles", "hypercall"],
  lecture: [],
  cli: ["lecture", "notebook", "experiments", "guests", "vmm", "machine", "vmx", "cpu", "isa", "cycles"],
};

const oneWay = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-imports-downwards`,
  comment: `src/${room} may import ${allowed.map((name) => `src/${name}`).join(", ") || "no other room"}.`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: { path: "^src/", pathNot: `^src/(${[room, ...allowed].join("|")})/` },
}));

module.exports = {
  forbidden: [
    {
      name: "no-circles",
      comment: "Modules that need each other belong together, or need a third that both import.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "through-the-door",
      comment: "A room is entered through its mod.ts.",
      severity: "error",
      from: { path: "^src/([^/]+)/" },
      to: { path: "^src/[^/]+/.", pathNot: ["^src/$1/", "^src/[^/]+/mod\\.ts$"] },
    },
    {
      name: "public-face",
      comment: "The project's mod.ts re-exports doors and nothing else.",
      severity: "error",
      from: { path: "^mod\\.ts$" },
      to: { path: "^src/", pathNot: "^src/[^/]+/mod\\.ts$" },
    },
    {
      name: "rooms-do-not-import-the-face",
      comment: "mod.ts is for notebooks; inside, import the room you mean.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^mod\\.ts$" },
    },
    {
      name: "resolvable",
      comment:
        "Every import must be found: by package name, by relative path with its ending, or with node: in front.",
      severity: "error",
      from: { path: "^(src/|mod\\.ts)" },
      to: { couldNotResolve: true },
    },
    {
      name: "no-development-packages",
      comment: "What src imports must be among the dependencies a user of the package gets.",
      severity: "error",
      from: { path: "^(src/|mod\\.ts)" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], pathNot: "node_modules/@types/" },
    },
    ...oneWay,
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    moduleSystems: ["es6"],
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json"],
      mainFields: ["module", "main", "types"],
    },
  },
};

import { Gaps } from "../components/Knowledge/Gaps.tsx";
import { KnowledgeFrame } from "../components/Knowledge/KnowledgeFrame.tsx";
import { StaleCitations } from "../components/Knowledge/StaleCitations.tsx";

export default function KnowledgeGapsPage() {
  return (
    <KnowledgeFrame>
      <Gaps />
      <StaleCitations />
    </KnowledgeFrame>
  );
}
